import { css, html, LitElement, nothing } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import type { QuotaView, TargetView } from '../../../../src/contract/admin-api.js';
import { Ticker } from '../../data/browser/ticker.js';
import { numberText, partsOf, spanText } from '../../data/format.js';
import { quotaName, SOURCES } from '../../data/providers/quotas.js';
import { base } from '../../styles/base.js';
import '../common/quota-bar.js';
import '../common/state-badge.js';
import '../common/ui-icon.js';

/** Bars that are shown at first. */
const BARS = 3;

/** One target: its state, its limits, and why it is cooling down. Fires `lift` and `pin` (detail: the quota). */
@customElement('target-row')
export class TargetRow extends LitElement {
  static override styles = [
    base,
    css`
      .head { display: flex; align-items: center; gap: var(--space-2); flex-wrap: wrap; }
      .name { min-width: 0; overflow-wrap: anywhere; font-weight: 550; }
      .name span { color: var(--muted); font-weight: 400; }
      .reason { color: var(--muted); font-size: var(--text-s); }
      .bars { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(13rem, 100%), 1fr)); gap: var(--space-1) var(--space-4); margin-top: var(--space-1); }
      .flying { color: var(--water); font-size: var(--text-s); font-weight: 550; font-variant-numeric: tabular-nums; }
      button { min-height: 1.5rem; padding: 0 var(--space-2); font-size: var(--text-s); }
      button.more { margin-left: auto; gap: var(--space-1); }
      button.more[aria-expanded='true'] ui-icon { transform: rotate(180deg); }
      table { margin-top: var(--space-2); font-size: var(--text-s); }
      th, td { padding: var(--space-1) var(--space-2) var(--space-1) 0; }
      .details { overflow-x: auto; }
    `,
  ];
  @property({ attribute: false }) target: TargetView | undefined;
  /** The chain in which the target is shown. */
  @property() chain = '';
  @state() private open = false;

  constructor() {
    super();
    new Ticker(this);
  }

  override render() {
    const { target } = this;
    if (target === undefined) return nothing;
    const { provider, model, key } = partsOf(target.target);
    const forbidden = target.forbidden?.find(({ chain }) => chain === this.chain);
    const rests = target.until !== undefined && target.until > Date.now();
    return html`
      <div class="head">
        <span class="name"><span>${provider}/</span>${model}${key === undefined ? nothing : html`<span> · ${key}</span>`}</span>
        <state-badge .state=${target.state}></state-badge>
        ${target.inFlight > 0 ? html`<span class="flying">${target.inFlight} in flight</span>` : nothing}
        ${rests ? html`<span class="small number">back in ${spanText((target.until ?? 0) - Date.now())}</span>` : nothing}
        ${target.state === 'exhausted' ? html`<button aria-label="Lift the cooldown of ${target.target}" title="Let it be asked again now" @click=${() => this.#fire('lift')}>Lift</button>` : nothing}
        ${target.quotas.length === 0 ? nothing : this.#toggle(target)}
      </div>
      ${target.reason === undefined ? nothing : html`<p class="reason">${target.reason}</p>`}
      ${forbidden === undefined ? nothing : html`<p class="reason">skipped: ${forbidden.reason}</p>`}
      ${target.quotas.length === 0 ? nothing : this.#quotas(target.quotas)}`;
  }

  #toggle({ target, quotas }: TargetView) {
    const hidden = quotas.length - BARS;
    return html`<button class="quiet more" aria-expanded=${this.open} aria-label="Limits of ${target}, and how we know them" @click=${() => (this.open = !this.open)}>
      ${hidden > 0 && !this.open ? `${hidden} more` : nothing}<ui-icon name="down"></ui-icon>
    </button>`;
  }

  #quotas(quotas: readonly QuotaView[]) {
    const shown = this.open ? quotas : quotas.slice(0, BARS);
    return html`
      <div class="bars">${shown.map((quota) => html`<quota-bar .quota=${quota}></quota-bar>`)}</div>
      ${this.open ? this.#details(quotas) : nothing}`;
  }

  #details(quotas: readonly QuotaView[]) {
    return html`<div class="details"><table>
      <thead><tr><th>Limit</th><th>Covers</th><th>Source</th><th><span class="visually-hidden">Actions</span></th></tr></thead>
      <tbody>${quotas.map(
        (quota) => html`<tr>
          <td>${quota.limit === undefined ? 'unknown' : numberText(quota.limit)} ${quotaName(quota)}</td><td>${quota.scope}</td><td>${SOURCES[quota.source]}</td>
          <td>${quota.source === 'learned' && quota.limit !== undefined ? html`<button aria-label="Pin ${quotaName(quota)} of ${quota.scope}" title="Write this limit into the configuration" @click=${() => this.#fire('pin', quota)}>Pin</button>` : nothing}</td>
        </tr>`,
      )}</tbody>
    </table></div>`;
  }

  #fire(type: 'lift' | 'pin', detail?: QuotaView): void {
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }
}
