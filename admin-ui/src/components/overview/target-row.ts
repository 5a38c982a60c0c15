import { css, html, LitElement, nothing } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import type { QuotaView, TargetView } from '../../../../src/contract/admin-api.js';
import { Ticker } from '../../data/browser/ticker.js';
import { numberText, partsOf, spanText } from '../../data/format.js';
import { hourText, problemText, standingOf, successText } from '../../data/providers/health.js';
import { quotaName, SOURCES } from '../../data/providers/quotas.js';
import { base } from '../../styles/base.js';
import '../common/quota-bar.js';
import '../common/state-badge.js';
import '../common/ui-icon.js';

/** Bars that are shown at first. */
const BARS = 3;

/** One target: its state, its limits, and what went wrong last. Fires `lift` and `pin` (detail: the quota). */
@customElement('target-row')
export class TargetRow extends LitElement {
  static override styles = [
    base,
    css`
      :host { container-type: inline-size; }
      /* Everything that comes and goes has a place of its own, so that nothing moves. */
      .head { display: grid; grid-template: 1.5rem 1.5rem / minmax(0, 1fr) 4.5rem 8rem 3rem; align-items: center; gap: 0 var(--space-2); }
      .name { grid-column: 1 / 3; display: flex; font-weight: 550; }
      .key { flex: none; max-width: 10rem; white-space: pre; }
      .badge { grid-area: 1 / 3; justify-self: end; } .more { grid-area: 1 / 4; }
      .reason { grid-area: 2 / 1; } .reason.whole { grid-column: 1 / -1; } .flying { grid-area: 2 / 2; } .back { grid-area: 2 / 3; } .lift { grid-area: 2 / 4; }
      .name b { font-weight: inherit; }
      .name span { color: var(--muted); font-weight: 400; }
      .reason { color: var(--muted); font-size: var(--text-s); min-height: 1.45em; font-variant-numeric: tabular-nums; }
      .bars { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(13rem, 100%), 1fr)); gap: var(--space-1) var(--space-4); margin-top: var(--space-1); min-height: 1.75rem; }
      .flying { color: var(--water); font-size: var(--text-s); font-weight: 550; font-variant-numeric: tabular-nums; text-align: right; }
      .back { text-align: right; }
      .lift, .more { text-align: right; }
      button { min-height: 1.5rem; padding: 0 var(--space-2); font-size: var(--text-s); }
      button.quiet { gap: var(--space-1); }
      button[aria-expanded='true'] ui-icon { transform: rotate(180deg); }
      table { margin-top: var(--space-2); font-size: var(--text-s); }
      th, td { padding: var(--space-1) var(--space-2) var(--space-1) 0; }
      .details { overflow-x: auto; }
      @container (max-width: 34rem) {
        .head { grid-template: 1.5rem 1.75rem auto / 5.75rem minmax(0, 1fr) 3rem 2rem; }
        .name { grid-column: 1 / -1; } .reason, .reason.whole { grid-area: 3 / 1 / 4 / 5; }
        .badge { grid-area: 2 / 1; justify-self: start; } .flying, .back { grid-area: 2 / 2; text-align: left; }
        .flying:has(+ .back:not(:empty)) { visibility: hidden; } .lift { grid-area: 2 / 3; } .more { grid-area: 2 / 4; }
        .more button { padding: 0 var(--space-1); } .count { display: none; }
      }
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
    const rests = target.until !== undefined && target.until > Date.now();
    const { text, tone } = standingOf(target);
    const reason = this.#reason(target);
    return html`
      <div class="head">
        <span class="name" title=${target.target}><b class="clip"><span>${provider}/</span>${model}</b>${key === undefined ? nothing : html`<span class="key clip"> · ${key}</span>`}</span>
        <span class="flying">${target.inFlight > 0 ? `${target.inFlight} in flight` : ''}</span>
        <span class="back small number clip">${rests ? `back in ${spanText((target.until ?? 0) - Date.now())}` : ''}</span>
        <span class="badge"><state-badge .state=${text} .tone=${tone}></state-badge></span>
        <span class="lift">${target.state === 'exhausted' ? html`<button aria-label="Lift the cooldown of ${target.target}" title="Use it again now" @click=${() => this.#fire('lift')}>Lift</button>` : nothing}</span>
        <span class="more">${target.quotas.length === 0 && target.health === undefined ? nothing : this.#toggle(target)}</span>
        <p class="reason clip ${target.inFlight > 0 || rests || target.state === 'exhausted' ? '' : 'whole'}" title=${reason}>${reason}</p>
      </div>
      <div class="bars">${target.quotas.slice(0, this.open ? undefined : BARS).map((quota) => html`<quota-bar .quota=${quota}></quota-bar>`)}${target.quotas.length === 0 ? html`<span class="small muted">No limit is known.</span>` : nothing}</div>
      ${this.open ? this.#details(target) : nothing}`;
  }

  /** Why it is skipped, what went wrong last, or how it did in the last hour. */
  #reason({ reason, forbidden = [], health }: TargetView): string {
    const forbids = forbidden.find(({ chain }) => chain === this.chain);
    if (forbids !== undefined) return `skipped: ${forbids.reason}`;
    if (reason !== undefined) return reason;
    const problem = health === undefined ? '' : problemText(health);
    if (problem !== '') return `failed at ${problem}`;
    return health === undefined ? 'Not used yet' : `${successText(health)} · ${hourText(health.hour)}`;
  }

  #toggle({ target, quotas }: TargetView) {
    const hidden = quotas.length - BARS;
    return html`<button class="quiet" aria-expanded=${this.open} aria-label="Limits of ${target}, and how we know them" @click=${() => (this.open = !this.open)}>
      ${hidden > 0 && !this.open ? html`<span class="count">+${hidden}</span>` : nothing}<ui-icon name="down"></ui-icon>
    </button>`;
  }

  #details({ quotas, health }: TargetView) {
    return html`
      ${health === undefined ? nothing : html`<p class="small muted number">${successText(health)}. ${hourText(health.hour)}.</p>`}
      ${quotas.length === 0 ? nothing : this.#quotas(quotas)}`;
  }

  #quotas(quotas: readonly QuotaView[]) {
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
