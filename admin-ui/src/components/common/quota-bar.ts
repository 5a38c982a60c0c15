import { css, html, LitElement, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import type { QuotaView } from '../../../../src/contract/admin-api.js';
import { Ticker } from '../../data/browser/ticker.js';
import { shortNumber, spanText } from '../../data/format.js';
import { leftOf, quotaName, SOURCES, shareLeft } from '../../data/providers/quotas.js';
import { base } from '../../styles/base.js';

/** One limit as a bar: the remaining share, the reset, and the source. */
@customElement('quota-bar')
export class QuotaBar extends LitElement {
  static override styles = [
    base,
    css`
      /* A long name of a limit is clipped: it never widens the place of the bar. */
      :host { contain: inline-size; }
      .words { display: flex; justify-content: space-between; gap: var(--space-2); font-size: var(--text-s); font-variant-numeric: tabular-nums; }
      .words span:last-child { color: var(--muted); white-space: nowrap; }
      .words { min-height: 1.45em; }
      .bar { position: relative; height: 0.375rem; margin-top: 0.1875rem; border-radius: 0.25rem; background: var(--sunken); overflow: hidden; border: 1px solid var(--line); }
      .bar i { position: absolute; inset: 0; background: var(--water); transform-origin: left; transition: transform 600ms cubic-bezier(0.2, 0.7, 0.2, 1); }
      .bar i.low { background: var(--warn); }
      .bar i.unknown { background: repeating-linear-gradient(135deg, var(--line) 0 0.25rem, transparent 0.25rem 0.5rem); }
    `,
  ];
  @property({ attribute: false }) quota: QuotaView | undefined;

  constructor() {
    super();
    new Ticker(this);
  }

  override render() {
    const { quota } = this;
    if (quota === undefined) return nothing;
    const share = shareLeft(quota);
    const left = leftOf(quota);
    const name = quotaName(quota);
    const amount = `${left === undefined ? '?' : shortNumber(left)} of ${quota.limit === undefined ? '?' : shortNumber(quota.limit)}`;
    const flying =
      quota.inFlight > 0 && quota.dimension !== 'concurrent' ? ` · ${shortNumber(quota.inFlight)} in flight` : '';
    const back = this.#back(quota, share);
    return html`<div title="${amount} ${name}
${SOURCES[quota.source]}, ${quota.scope}">
      <div class="words"><span class="clip">${amount} ${name}${flying}</span><span>${back}</span></div>
      <div class="bar" role="meter" aria-label="${name} left, ${quota.scope}" aria-valuemin="0" aria-valuemax=${quota.limit ?? 1} aria-valuenow=${Math.min(left ?? 0, quota.limit ?? 1)} aria-valuetext="${amount}. ${back}">
        <i class=${share === undefined ? 'unknown' : share < 0.15 ? 'low' : ''} .style=${`transform: scaleX(${share ?? 1})`}></i>
      </div>
    </div>`;
  }

  #back({ probing, resetAt }: QuotaView, share: number | undefined): string {
    if (probing === true) return 'checking with one request';
    return resetAt === undefined || resetAt <= Date.now() || share === 1
      ? ''
      : `resets in ${spanText(resetAt - Date.now())}`;
  }
}
