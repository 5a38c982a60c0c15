import { css, html, LitElement, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import type { TargetView } from '../../../../src/contract/admin-api.js';
import type { ChainView } from '../../../../src/contract/admin-configuration.js';
import { Ticker } from '../../data/browser/ticker.js';
import { isTarget, partsOf, spanText } from '../../data/format.js';
import { base } from '../../styles/base.js';
import '../common/state-badge.js';

/** A chain in the list of chains: its targets in order with their states. Fires `make-default`, `rename`, `remove`. */
@customElement('chain-card')
export class ChainCard extends LitElement {
  static override styles = [
    base,
    css`
      .default { font-size: var(--text-s); font-weight: 550; color: var(--accent); background: var(--accent-soft); border-radius: 1rem; padding: 0.0625rem 0.5rem; }
      header { margin-bottom: var(--space-2); }
      h2 { overflow-wrap: anywhere; min-width: 0; }
      li { display: grid; grid-template-columns: 1.25rem minmax(0, 1fr) auto; gap: 0 var(--space-2); align-items: baseline; padding: var(--space-1) 0; border-top: 1px solid var(--line); }
      li > .number { color: var(--muted); text-align: right; }
      .name { overflow-wrap: anywhere; } .name span { color: var(--muted); }
      .states { display: grid; gap: var(--space-1); justify-items: end; }
      .state { display: inline-flex; gap: var(--space-2); align-items: baseline; flex-wrap: wrap; justify-content: flex-end; }
    `,
  ];
  @property({ attribute: false }) chain: ChainView | undefined;
  @property({ type: Boolean }) isDefault = false;
  /** The current states of targets. */
  @property({ attribute: false }) states: readonly TargetView[] = [];

  constructor() {
    super();
    new Ticker(this);
  }

  override render() {
    if (this.chain === undefined) return nothing;
    const { name, targets } = this.chain;
    const href = `/admin/chains/${encodeURIComponent(name)}`;
    return html`<article class="card" aria-label="Chain ${name}">
      <header class="row between">
        <div class="row"><h2><a href=${href}>${name}</a></h2>${this.isDefault ? html`<span class="default">default</span>` : nothing}</div>
        <div class="row">
          <a class="button" href=${href} aria-label="Edit ${name}">Edit</a>
          ${this.isDefault ? nothing : html`<button class="quiet" @click=${() => this.#fire('make-default')}><span>Make <span class="visually-hidden">${name} </span>the default</span></button>`}
          <button class="quiet" aria-label="Rename ${name}" @click=${() => this.#fire('rename')}>Rename</button>
          <button class="quiet" aria-label="Remove ${name}" @click=${() => this.#fire('remove')}>Remove</button>
        </div>
      </header>
      <ol aria-label="Targets of ${name}">${targets.map(({ target }, index) => this.#target(target, index))}</ol>
    </article>`;
  }

  #target(target: string, index: number) {
    const { provider, model } = partsOf(target);
    const views = this.states.filter((each) => isTarget(target, each.target));
    // A rule holds for the model, whatever key is used.
    const forbidden = views[0]?.forbidden?.find(({ chain }) => chain === this.chain?.name);
    return html`<li>
      <span class="number">${index + 1}</span>
      <span class="name"><span>${provider}/</span>${model}${forbidden === undefined ? nothing : html`<br /><span class="small">skipped: ${forbidden.reason}</span>`}</span>
      <span class="states">${views.map((view) => this.#state(view))}</span>
    </li>`;
  }

  #state({ target, state, reason = '', until = 0 }: TargetView) {
    const { key } = partsOf(target);
    const left = until - Date.now();
    return html`<span class="state">
      ${key === undefined ? nothing : html`<span class="small muted">${key}</span>`}
      ${left > 0 ? html`<span class="small muted number">back in ${spanText(left)}</span>` : nothing}
      <state-badge .state=${state} title=${reason}></state-badge>
    </span>`;
  }

  #fire(type: 'make-default' | 'rename' | 'remove'): void {
    this.dispatchEvent(new CustomEvent(type));
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'chain-card': ChainCard;
  }
}
