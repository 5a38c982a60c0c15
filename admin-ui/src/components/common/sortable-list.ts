import { css, html, LitElement, type PropertyValues, type TemplateResult } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { createRef, ref } from 'lit/directives/ref.js';
import { repeat } from 'lit/directives/repeat.js';
import Sortable from 'sortablejs';
import { base } from '../../styles/base.js';
import { type Field, reportValidity } from './field-validity.js';
import './ui-icon.js';

export interface SortableItem {
  readonly key: number;
}

/** A move from one index to another. */
export interface Move {
  readonly from: number;
  readonly to: number;
}

/** Keys that move an item, with its new index. */
const KEYS: Readonly<Record<string, (index: number, count: number) => number>> = {
  ArrowUp: (index) => index - 1,
  ArrowDown: (index) => index + 1,
  Home: () => 0,
  End: (_, count) => count - 1,
};

/**
 * A list that the user reorders by dragging or with the arrow keys on a handle. Fires `move` (detail: a `Move`); its owner
 * then sets the new `items`, whose keys must be unique.
 */
@customElement('sortable-list')
export class SortableList extends LitElement implements Field {
  static override styles = [
    base,
    css`
      li { display: grid; grid-template-columns: auto auto minmax(0, 1fr); gap: var(--space-2); align-items: start; padding: var(--space-2) var(--space-2) var(--space-2) 0; border-top: 1px solid var(--line); background: var(--surface); }
      li:first-child { border-top: 0; }
      .handle { cursor: grab; touch-action: none; min-height: 2rem; width: 1.75rem; }
      .place { line-height: 2rem; min-width: 1.25rem; text-align: right; color: var(--muted); }
      .sortable-ghost { opacity: 0.35; }
      .sortable-fallback { opacity: 1 !important; background: var(--raised); border: 1px solid var(--accent); border-radius: var(--radius-s); box-shadow: var(--shadow); }
      @media (max-width: 40rem) { .handle { min-height: 2.5rem; width: 2.25rem; } .place { line-height: 2.5rem; } }
    `,
  ];
  @property({ attribute: false }) items: readonly SortableItem[] = [];
  @property() label = '';
  @property({ attribute: false }) nameOf: (item: never) => string = () => '';
  /** Renders an item. A dragged copy keeps only its attributes. */
  @property({ attribute: false }) renderItem: (item: never, index: number) => TemplateResult = () => html``;
  @state() private said = '';
  readonly #list = createRef<HTMLOListElement>();
  #sortable: Sortable | undefined;
  /** The handle of this item gets the focus after the next render. */
  #focused: number | undefined;
  /** The list of the current drag. Changes in the meantime are rendered after it. */
  #underWay: readonly SortableItem[] | undefined;

  override shouldUpdate(): boolean {
    return this.#underWay === undefined;
  }

  override render() {
    return html`
      <ol ${ref(this.#list)} aria-label=${this.label}>${repeat(
        this.items,
        ({ key }) => key,
        (item, index) => this.#row(item, index),
      )}</ol>
      <p class="visually-hidden" id="how">Press the arrow keys up and down to move it, Home and End to move it to an end.</p>
      <p class="visually-hidden" role="status">${this.said}</p>`;
  }

  override updated(changed: PropertyValues): void {
    const list = this.#list.value;
    if (this.#sortable === undefined && list !== undefined) this.#sortable = this.#dragging(list);
    if (this.#focused === undefined || !changed.has('items')) return;
    this.focusItem(this.#focused);
    this.#focused = undefined;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    if (this.hasUpdated) this.requestUpdate();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#sortable?.destroy();
    this.#sortable = undefined;
    this.#underWay = undefined;
  }

  /** Checks the fields of its items. */
  reportValidity(): boolean {
    return reportValidity(this.renderRoot);
  }

  focusItem(key: number): void {
    this.renderRoot.querySelector<HTMLElement>(`li[data-key="${key}"] .handle`)?.focus();
  }

  #row(item: SortableItem, index: number) {
    return html`<li data-key=${item.key}>
      <button type="button" class="quiet icon handle" aria-label="Move ${this.nameOf(item as never)}" aria-describedby="how" @keydown=${(event: KeyboardEvent) => this.#onKey(event, index)}><ui-icon name="grip"></ui-icon></button>
      <span class="place number">${index + 1}</span>
      ${this.renderItem(item as never, index)}
    </li>`;
  }

  #dragging(list: HTMLOListElement): Sortable {
    let next: Node | null = null;
    return Sortable.create(list, {
      handle: '.handle',
      draggable: 'li',
      // The same behaviour in all browsers, also by touch.
      forceFallback: true,
      fallbackTolerance: 4,
      animation: matchMedia('(prefers-reduced-motion: reduce)').matches ? 0 : 150,
      onStart: ({ item }) => {
        next = item.nextSibling;
        this.#underWay = this.items;
      },
      onEnd: ({ item, oldDraggableIndex: from, newDraggableIndex: to }) => {
        // Only the template may move elements.
        list.insertBefore(item, next);
        const isSame = this.#underWay === this.items;
        this.#underWay = undefined;
        this.requestUpdate('items');
        if (isSame && from !== undefined && to !== undefined) this.#move({ from, to });
      },
    });
  }

  /** The key of the focused item: moving its element loses the focus. */
  #focusedKey(): number | undefined {
    const row = (this.renderRoot as ShadowRoot).activeElement?.closest('li');
    return row === null || row === undefined ? undefined : Number(row.dataset.key);
  }

  #onKey(event: KeyboardEvent, from: number): void {
    const to = KEYS[event.key]?.(from, this.items.length);
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
