import { css, html, LitElement, type PropertyValues, type TemplateResult } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { ref } from 'lit/directives/ref.js';
import { repeat } from 'lit/directives/repeat.js';
import { base } from '../../styles/base.js';
import { type Field, reportValidity } from '../common/field-validity.js';
import { type DraggedRow, type DropZone, dragRow } from './row-drag.js';
import { VirtualRows } from './virtual-rows.js';
import '../common/ui-icon.js';

export interface SortableItem {
  readonly key: number | string;
}

/** A move from one index to another. */
export interface Move {
  readonly from: number;
  readonly to: number;
}

/** An item of another list that is dropped at an index of this one. */
export interface DropIn<Item = SortableItem> {
  readonly item: Item;
  readonly to: number;
}

/** How many items PageUp and PageDown move one. */
const PAGE = 10;
/** Keys that move an item, with its new index. */
const KEYS: Readonly<Record<string, (index: number, last: number) => number>> = {
  ArrowUp: (index) => index - 1,
  ArrowDown: (index) => index + 1,
  PageUp: (index) => Math.max(0, index - PAGE),
  PageDown: (index, last) => Math.min(last, index + PAGE),
  Home: () => 0,
  End: (_, last) => last,
};
/** A longer list scrolls by itself, and only its visible rows are in the document. */
const WHOLE = 50;
/** The height of a row before it is measured, px. */
const ROW = 56;

/**
 * A list that the user reorders by dragging or with the keys on a handle. Fires `move` (detail: a `Move`), and `drop-in`
 * (detail: a `DropIn`) for an item of another list; its owner then sets the new `items`, whose keys must be unique.
 */
@customElement('sortable-list')
export class SortableList extends LitElement implements Field, DropZone {
  static override styles = [
    base,
    css`
      .long { max-height: var(--sortable-list-height, 70dvh); overflow: auto; overscroll-behavior: contain; overflow-anchor: none; border-block: 1px solid var(--line); }
      li { position: relative; display: grid; grid-template-columns: auto auto minmax(0, 1fr); gap: var(--space-2); align-items: start; padding: var(--space-2) var(--space-2) var(--space-2) 0; border-top: 1px solid var(--line); }
      li[data-row='0'] { border-top: 0; }
      li[data-drop]::after { content: ''; position: absolute; z-index: 1; inset-inline: 0; height: 3px; border-radius: 2px; background: var(--accent); }
      li[data-drop='before']::after { top: -2px; } li[data-drop='after']::after { bottom: -2px; }
      li[data-row='0'][data-drop='before']::after { top: 0; }
      .marked { background: var(--accent-soft); }
      .dragged > * { opacity: 0.4; }
      .handle { cursor: grab; touch-action: none; user-select: none; min-height: 2rem; width: 1.75rem; }
      .place { line-height: 2rem; min-width: 1.25rem; text-align: right; color: var(--muted); }
      .long .place { min-width: 1.75rem; }
      @media (max-width: 40rem) { .handle { min-height: 2.5rem; width: 2.25rem; } .place { line-height: 2.5rem; } }
    `,
  ];
  @property({ attribute: false }) items: readonly SortableItem[] = [];
  @property() label = '';
  @property({ attribute: false }) nameOf: (item: never) => string = () => '';
  @property({ attribute: false }) renderItem: (item: never, index: number) => TemplateResult = () => html``;
  /** Whether an item stays in the document while it is out of sight, since it has unsaved input. */
  @property({ attribute: false }) keeps: (item: never) => boolean = () => false;
  /** Whether an item of another list can be dropped here. */
  @property({ attribute: false }) accepts: (item: never) => boolean = () => false;
  /** The item that `showItem` has shown last. */
  @state() private marked: SortableItem['key'] | undefined;
  @state() private said = '';
  /** The current drag, with the items as they were at its start. Changes in the meantime are rendered after it. */
  @state() private drag: { readonly item: SortableItem; readonly items: readonly SortableItem[] } | undefined;
  readonly #rows = new VirtualRows(this, () => {
    const items = this.#shown;
    return { count: items.length, height: ROW, keyOf: (index) => items[index]?.key };
  });
  /** The handle of this item gets the focus after the next render. */
  #focused: SortableItem['key'] | undefined;
  #cancelDrag = (): void => {};

  get #shown(): readonly SortableItem[] {
    return this.drag?.items ?? this.items;
  }

  override render() {
    const { first, last } = this.#range();
    const rows = this.#shown.slice(first, last).map((item, index) => ({ item, index: first + index }));
    const above = this.#rows.topOf(first);
    const below = this.#rows.topOf(this.#shown.length) - this.#rows.topOf(last);
    return html`
      <div class=${this.#shown.length > WHOLE ? 'long' : ''} ${ref(this.#rows.attach)}>
        <ol aria-label=${this.label} .style=${`padding-block: ${above}px ${below}px`}>${repeat(
          rows,
          ({ item }) => item.key,
          ({ item, index }) => this.#row(item, index),
        )}</ol>
      </div>
      <p class="visually-hidden" id="how">Press the arrow keys up and down to move it, Page up and Page down to move it ten places, Home and End to move it to an end.</p>
      <p class="visually-hidden" role="status">${this.said}</p>`;
  }

  override updated(changed: PropertyValues): void {
    if (this.#focused === undefined || !changed.has('items')) return;
    this.focusItem(this.#focused);
    this.#focused = undefined;
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#cancelDrag();
  }

  /** Checks the fields of its items. */
  reportValidity(): boolean {
    return reportValidity(this.renderRoot);
  }

  /** Scrolls to an item, and focuses its handle. */
  focusItem(key: SortableItem['key']): void {
    this.#reach(key, (row) => row.querySelector<HTMLElement>('.handle')?.focus());
  }

  /** Scrolls to an item, and marks it. */
  showItem(key: SortableItem['key']): void {
    this.marked = key;
    this.#reach(key, (row) => row.scrollIntoView({ block: 'nearest' }));
  }

  showDrop({ item, from }: DraggedRow, y: number): (() => void) | undefined {
    this.hideDrop();
    const isOwn = from === this;
    if (!isOwn && !this.accepts(item as never)) return undefined;
    const { row, place } = this.#placeAt(y);
    const to = isOwn && this.#indexOf(item as SortableItem) < place ? place - 1 : place;
    if (isOwn && to === this.#indexOf(item as SortableItem)) return undefined;
    if (row !== undefined) row.dataset.drop = Number(row.dataset.row) < place ? 'after' : 'before';
    // The list may have changed elsewhere during the drag.
    const { items } = this.#shown === this.items ? this : { items: undefined };
    return () => {
      if (this.items !== items) return;
      if (isOwn) this.#move({ from: this.#indexOf(item as SortableItem), to });
      else this.dispatchEvent(new CustomEvent<DropIn>('drop-in', { detail: { item: item as SortableItem, to } }));
    };
  }

  hideDrop(): void {
    for (const row of this.renderRoot.querySelectorAll<HTMLElement>('li[data-drop]')) delete row.dataset.drop;
  }

  #indexOf({ key }: SortableItem): number {
    return this.#shown.findIndex((each) => each.key === key);
  }

  /** The row at a height of the window, and the index of what is dropped there. */
  #placeAt(y: number): { readonly row: HTMLElement | undefined; readonly place: number } {
    const rows = [...this.renderRoot.querySelectorAll('li')];
    const below = rows.find((row) => row.getBoundingClientRect().bottom > y);
    const row = below ?? rows.at(-1);
    if (row === undefined) return { row, place: 0 };
    const { top, height } = row.getBoundingClientRect();
    return { row, place: Number(row.dataset.row) + (y > top + height / 2 ? 1 : 0) };
  }

  /** The visible rows, and all between them and those that stay. */
  #range(): { readonly first: number; readonly last: number } {
    const { first, last } = this.#rows.range;
    const kept = this.#shown.flatMap((item, index) =>
      item === this.drag?.item || this.keeps(item as never) ? [index] : [],
    );
    return { first: Math.min(first, ...kept), last: Math.max(last, ...kept.map((index) => index + 1)) };
  }

  #row(item: SortableItem, index: number) {
    const count = this.#shown.length;
    return html`<li data-row=${index} aria-setsize=${count} aria-posinset=${index + 1} class=${this.drag?.item.key === item.key ? 'dragged' : this.marked === item.key ? 'marked' : ''}>
      <button type="button" class="quiet icon handle" aria-label="Move ${this.nameOf(item as never)}" aria-describedby="how" @pointerdown=${(event: PointerEvent) => this.#onPointer(event, item)} @keydown=${(event: KeyboardEvent) => this.#onKey(event, index)}><ui-icon name="grip"></ui-icon></button>
      <span class="place number">${index + 1}</span>
      ${this.renderItem(item as never, index)}
    </li>`;
  }

  /** Calls `use` with the row of an item; at first it scrolls to a row that is not in the document. */
  #reach(key: SortableItem['key'], use: (row: HTMLElement) => void): void {
    const index = this.items.findIndex((item) => item.key === key);
    const row = this.#rowAt(index);
    if (row !== null) use(row);
    if (row !== null || index === -1) return;
    this.#rows.reveal(index, 0);
    void this.updateComplete.then(() => {
      const shown = this.#rowAt(index);
      if (shown !== null) use(shown);
    });
  }

  #rowAt(index: number): HTMLElement | null {
    return this.renderRoot.querySelector<HTMLElement>(`li[data-row="${index}"]`);
  }

  #onPointer(event: PointerEvent, item: SortableItem): void {
    if (event.button !== 0) return;
    const scroller = this.renderRoot.querySelector('.long');
    const row = { item, name: this.nameOf(item as never), from: this, scroller };
    this.#cancelDrag = dragRow(
      event,
      row,
      () => (this.drag = { item, items: this.items }),
      () => (this.drag = undefined),
    );
  }

  /** The key of the focused item: moving its element loses the focus. */
  #focusedKey(): SortableItem['key'] | undefined {
    const row = (this.renderRoot as ShadowRoot).activeElement?.closest('li');
    return row === null || row === undefined ? undefined : this.#shown[Number(row.dataset.row)]?.key;
  }

  #onKey(event: KeyboardEvent, from: number): void {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const to = KEYS[event.key]?.(from, this.items.length - 1);
    if (to === undefined) return;
    event.preventDefault();
    this.#move({ from, to });
  }

  #move({ from, to }: Move): void {
    const item = this.items[from];
    if (item === undefined || from === to || to < 0 || to >= this.items.length) return;
    this.#focused = this.#focusedKey();
    this.said = `${this.nameOf(item as never)} is number ${to + 1} of ${this.items.length} now.`;
    this.dispatchEvent(new CustomEvent<Move>('move', { detail: { from, to } }));
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'sortable-list': SortableList;
  }
}
