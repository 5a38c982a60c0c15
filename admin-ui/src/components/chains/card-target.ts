import { css, html, LitElement, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import type { TargetView } from '../../../../src/contract/admin-api.js';
import { Ticker } from '../../data/browser/ticker.js';
import { forbiddenIn, viewsOf } from '../../data/chains/chain-state.js';
import { partsOf, spanText } from '../../data/format.js';
import { standingOf } from '../../data/providers/health.js';
import { base } from '../../styles/base.js';
import '../common/action-menu.js';
import '../common/state-badge.js';

/** A target in the list of a chain's card. Fires `ask-transfer` (detail: whether it is copied). */
@customElement('card-target')
export class CardTarget extends LitElement {
  static override styles = [
    base,
    css`
      :host { container-type: inline-size; }
      div { display: grid; grid-template: 'name states menu' / minmax(0, 1fr) auto auto; gap: 0 var(--space-2); align-items: center; min-height: 2rem; }
      .name { grid-area: name; overflow-wrap: anywhere; } .name span { color: var(--muted); }
      .states { grid-area: states; display: grid; gap: var(--space-1); justify-items: end; }
      .states > span { display: inline-flex; gap: var(--space-2); align-items: baseline; flex-wrap: wrap; justify-content: flex-end; }
      action-menu { grid-area: menu; }
      @container (max-width: 28rem) { div { grid-template: 'name menu' auto 'states menu' auto / minmax(0, 1fr) auto; } .states { justify-items: start; } }
    `,
  ];
  @property() target = '';
  @property() chain = '';
  /** The current states of targets. */
  @property({ attribute: false }) states: readonly TargetView[] = [];

  constructor() {
    super();
    new Ticker(this);
  }

  override render() {
    const { target, chain } = this;
    const { provider, model } = partsOf(target);
    const views = viewsOf(target, this.states);
    const forbidden = forbiddenIn(chain, views);
    const actions = [
      { text: 'Move to chain…', run: () => this.#ask(false) },
      { text: 'Copy to chain…', run: () => this.#ask(true) },
    ];
    return html`<div>
      <span class="name"><span>${provider}/</span>${model}${forbidden === undefined ? nothing : html`<br /><span class="small">skipped: ${forbidden}</span>`}</span>
      <span class="states">${views.map((view) => this.#state(view))}</span>
      <action-menu label="More about ${target} in ${chain}" .actions=${actions}></action-menu>
    </div>`;
  }

  #state(view: TargetView) {
    const { target, reason = '', until = 0 } = view;
    const { key } = partsOf(target);
    const { text, tone } = standingOf(view);
    const left = until - Date.now();
    return html`<span>
      ${key === undefined ? nothing : html`<span class="small muted">${key}</span>`}
      ${left > 0 ? html`<span class="small muted number">back in ${spanText(left)}</span>` : nothing}
      <state-badge .state=${text} .tone=${tone} title=${reason}></state-badge>
    </span>`;
  }

  #ask(copies: boolean): void {
    this.dispatchEvent(new CustomEvent('ask-transfer', { detail: copies }));
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'card-target': CardTarget;
  }
}
