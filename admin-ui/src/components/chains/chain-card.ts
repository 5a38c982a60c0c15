import { css, html, LitElement, nothing, type PropertyValues } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import type { TargetView } from '../../../../src/contract/admin-api.js';
import type { ChainView } from '../../../../src/contract/admin-configuration.js';
import { Ticker } from '../../data/browser/ticker.js';
import { type ChainState, chainStateOf } from '../../data/chains/chain-state.js';
import type { Transfer } from '../../data/chains/chain-transfer.js';
import { counted, spanText } from '../../data/format.js';
import { base } from '../../styles/base.js';
import type { Action } from '../common/action-menu.js';
import type { DraggedRow, DropZone } from '../lists/row-drag.js';
import type { DropIn, Move } from '../lists/sortable-list.js';
import '../common/action-menu.js';
import '../lists/sortable-list.js';
import '../common/ui-icon.js';
import './card-target.js';
import './chain-bar.js';

/** A target in the list of a card. */
interface CardItem {
  readonly key: string;
  readonly target: string;
  readonly chain: string;
}

/**
 * A chain in the list of chains: one line with what is left of it, and its targets while it is open. Fires `fold`,
 * `make-default`, `rename`, `duplicate`, `remove`, `reorder` (detail: a `Move`), `transfer` (detail: a `Transfer`), and
 * `ask-transfer` (detail: a `Transfer` without its `to`).
 */
@customElement('chain-card')
export class ChainCard extends LitElement implements DropZone {
  static override styles = [
    base,
    css`
      :host { container-type: inline-size; }
      .card { padding: var(--space-2) var(--space-3); }
      .card.drop { border-color: var(--accent); box-shadow: 0 0 0 1px var(--accent); }
      header { display: grid; grid-template: 'fold name state bar buttons' / auto minmax(0, 1fr) minmax(0, 17.5rem) 9rem auto; gap: var(--space-1) var(--space-3); align-items: center; }
      .fold { grid-area: fold; } .buttons { grid-area: buttons; display: flex; gap: var(--space-1); } chain-bar { grid-area: bar; } .state { grid-area: state; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
      .fold ui-icon { transform: rotate(-90deg); } .fold[aria-expanded='true'] ui-icon { transform: none; }
      .title { grid-area: name; display: flex; align-items: baseline; gap: var(--space-2); min-width: 0; }
      h2 { min-width: 0; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
      h2 a { color: inherit; text-decoration: none; } h2 a:hover { text-decoration: underline; }
      .default { font-size: var(--text-s); font-weight: 550; color: var(--accent); background: var(--accent-soft); border-radius: 1rem; padding: 0.0625rem 0.5rem; }
      sortable-list { --sortable-list-height: min(26rem, 70dvh); }
      .targets { margin-top: var(--space-2); border-top: 1px solid var(--line); }
      .found li { display: grid; grid-template-columns: 2.5rem minmax(0, 1fr); gap: var(--space-2); align-items: center; border-top: 1px solid var(--line); padding: var(--space-1) var(--space-2) var(--space-1) 0; }
      .found li:first-child { border-top: 0; } .found .number { text-align: right; color: var(--muted); }
      @container (max-width: 44rem) { header { grid-template: 'fold name buttons' auto 'fold state state' auto 'fold bar bar' auto / auto minmax(0, 1fr) auto; column-gap: var(--space-2); } }
    `,
  ];
  @property({ attribute: false }) chain: ChainView | undefined;
  @property({ type: Boolean }) isDefault = false;
  /** The targets are shown. */
  @property({ type: Boolean }) open = false;
  /** The places of the only targets to show, after a search. */
  @property({ attribute: false }) places: readonly number[] | undefined;
  /** The current states of targets. */
  @property({ attribute: false }) states: readonly TargetView[] = [];
  @state() private isOver = false;
  #items: readonly CardItem[] = [];
  #now: ChainState | undefined;

  constructor() {
    super();
    new Ticker(this);
  }

  override willUpdate(changed: PropertyValues): void {
    const { chain } = this;
    if (chain === undefined) return;
    if (changed.has('chain') || changed.has('states')) this.#now = chainStateOf(chain, this.states);
    if (!changed.has('chain')) return;
    const { name, targets } = chain;
    const items = targets.map(({ target }) => ({ key: target, target, chain: name }));
    // A list with the same targets stays the same one: a drag goes on.
    if (JSON.stringify(items) !== JSON.stringify(this.#items)) this.#items = items;
  }

  override render() {
    const { chain, isDefault, open } = this;
    if (chain === undefined) return nothing;
    const { name } = chain;
    const href = `/admin/chains/${encodeURIComponent(name)}`;
    const now = this.#now as ChainState;
    return html`<article class="card ${this.isOver ? 'drop' : ''}" aria-label="Chain ${name}">
      <header>
        <button class="quiet icon fold" aria-expanded=${open} aria-label="Targets of ${name}" @click=${() => this.#fire('fold')}><ui-icon name="down"></ui-icon></button>
        <div class="title"><h2 title=${name}><a href=${href}>${name}</a></h2>${isDefault ? html`<span class="default">default</span>` : nothing}</div>
        ${this.#state(chain, now)}
        <chain-bar .name=${name} .state=${now}></chain-bar>
        <div class="buttons">
          <a class="button" href=${href} aria-label="Edit ${name}">Edit</a>
          <action-menu label="More about ${name}" .actions=${this.#actions()}></action-menu>
        </div>
      </header>
      ${open ? html`<div class="targets">${this.places === undefined ? this.#list(name) : this.#found(name, this.places)}</div>` : nothing}
    </article>`;
  }

  /** Targets of other chains can be dropped on it while it is folded. */
  showDrop({ item }: DraggedRow): (() => void) | undefined {
    const { target, chain: from } = item as CardItem;
    if (this.open || !this.#accepts(item as CardItem)) return undefined;
    this.isOver = true;
    return () => this.#fire('transfer', { target, from, to: this.chain?.name ?? '', copies: false } satisfies Transfer);
  }

  hideDrop(): void {
    this.isOver = false;
  }

  #state({ targets }: ChainView, { usable, left, backAt = 0 }: ChainState) {
    const wait = backAt - Date.now();
    const state =
      usable > 0
        ? usable === targets.length
          ? 'all can be asked'
          : `${usable} can be asked`
        : wait > 0
          ? `back in ${spanText(wait)}`
          : 'none can be asked';
    const share = left === undefined ? nothing : html` · ${Math.round(left * 100)} % left`;
    return html`<span class="state small muted number">${counted(targets.length, 'target')} · <span class=${usable > 0 ? '' : 'warn'}>${state}</span>${usable > 0 ? share : nothing}</span>`;
  }

  #actions(): readonly Action[] {
    return [
      ...(this.isDefault ? [] : [{ text: 'Make default', run: () => this.#fire('make-default') }]),
      { text: 'Rename…', run: () => this.#fire('rename') },
      { text: 'Duplicate…', run: () => this.#fire('duplicate') },
      { text: 'Remove…', danger: true, run: () => this.#fire('remove') },
    ];
  }

  #list(name: string) {
    return html`<sortable-list label="Targets of ${name}" .items=${this.#items} .nameOf=${({ target }: CardItem) => target}
      .accepts=${(item: CardItem) => this.#accepts(item)}
      .renderItem=${({ target }: CardItem) => this.#target(name, target)}
      @move=${({ detail }: CustomEvent<Move>) => this.#fire('reorder', detail)}
      @drop-in=${({ detail: { item, to: at } }: CustomEvent<DropIn<CardItem>>) =>
        this.#fire('transfer', {
          target: item.target,
          from: item.chain,
          to: name,
          at,
          copies: false,
        } satisfies Transfer)}
    ></sortable-list>`;
  }

  #found(name: string, places: readonly number[]) {
    return html`<ol class="found" aria-label="Targets of ${name}">${places.map((place) => {
      const target = this.#items[place]?.target;
      return target === undefined
        ? nothing
        : html`<li><span class="number">${place + 1}</span>${this.#target(name, target)}</li>`;
    })}</ol>`;
  }

  #target(name: string, target: string) {
    return html`<card-target .target=${target} .chain=${name} .states=${this.states} @ask-transfer=${({ detail: copies }: CustomEvent<boolean>) => this.#fire('ask-transfer', { target, from: name, copies })}></card-target>`;
  }

  #accepts({ chain, target }: CardItem): boolean {
    return chain !== this.chain?.name && !this.#items.some((each) => each.target === target);
  }

  #fire(type: string, detail?: unknown): void {
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'chain-card': ChainCard;
  }
}
