import { css, html, LitElement, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import type { TargetView } from '../../../../src/contract/admin-api.js';
import { Ticker } from '../../data/browser/ticker.js';
import { partsOf, spanText } from '../../data/format.js';
import { failureText, standingOf } from '../../data/providers/health.js';
import { base } from '../../styles/base.js';
import '../common/quota-bar.js';
import '../common/state-badge.js';

/** How a target stands now, with each key of its provider: its state, the words of its last failure, and every limit. */
@customElement('target-now')
export class TargetNow extends LitElement {
  static override styles = [
    base,
    css`
      section { display: grid; gap: var(--space-2); }
      .reason { overflow-wrap: anywhere; }
      .bars { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(13rem, 100%), 1fr)); gap: var(--space-2) var(--space-4); }
    `,
  ];
  @property({ attribute: false }) views: readonly TargetView[] = [];

  constructor() {
    super();
    new Ticker(this);
  }

  override render() {
    if (this.views.length === 0) return html`<p class="hint">Its limits are shown once a saved chain has it.</p>`;
    return this.views.map((view) => this.#view(view));
  }

  #view(view: TargetView) {
    const { target, reason, until = 0, inFlight, quotas, health } = view;
    const { key } = partsOf(target);
    const { text, tone } = standingOf(view);
    const left = until - Date.now();
    return html`<section aria-label=${target}>
      <div class="row">
        ${key === undefined ? nothing : html`<b>${key}</b>`}
        <state-badge .state=${text} .tone=${tone}></state-badge>
        ${left > 0 ? html`<span class="small number">back in ${spanText(left)}</span>` : nothing}
        ${inFlight > 0 ? html`<span class="small number">${inFlight} in flight</span>` : nothing}
      </div>
      ${reason === undefined ? nothing : html`<p class="small muted reason">${reason}</p>`}
      ${health?.lastFailure === undefined ? nothing : html`<p class="small reason">Last failure: ${failureText(health.lastFailure)}</p>`}
      ${quotas.length === 0 ? html`<p class="hint">No limit is known yet.</p>` : html`<div class="bars">${quotas.map((quota) => html`<quota-bar .quota=${quota}></quota-bar>`)}</div>`}
    </section>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'target-now': TargetNow;
  }
}
