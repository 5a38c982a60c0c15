import { css, html, LitElement } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { repeat } from 'lit/directives/repeat.js';
import type { TargetView } from '../../../../src/contract/admin-api.js';
import { Ticker } from '../../data/browser/ticker.js';
import { spanText } from '../../data/format.js';
import { type Capacity, capacityOf, leftOfAll } from '../../data/providers/capacity.js';
import { base } from '../../styles/base.js';

/** Most entries in the list of resets. */
const MOST_TOLD = 4;
/** With more parts, they have no names and no gaps. */
const MOST_NAMED = 16;

/** The remaining free capacity of all providers and models as one bar, with the next resets below. */
@customElement('capacity-bar')
export class CapacityBar extends LitElement {
  static override styles = [
    base,
    css`
      .head { display: flex; align-items: baseline; gap: var(--space-2); flex-wrap: wrap; }
      .head strong { font-size: var(--text-xxl); font-weight: 680; letter-spacing: -0.02em; font-variant-numeric: tabular-nums; }
      .bar { display: flex; gap: 2px; margin: var(--space-2) 0; }
      .part { flex: 1; min-width: 0; }
      .tank { position: relative; height: 1.75rem; background: var(--sunken); border: 1px solid var(--line); overflow: hidden; }
      .part:first-child .tank { border-start-start-radius: var(--radius-s); border-end-start-radius: var(--radius-s); } .part:last-child .tank { border-start-end-radius: var(--radius-s); border-end-end-radius: var(--radius-s); }
      .part i { position: absolute; inset: 0; background: var(--water); transform-origin: bottom; transition: transform 600ms cubic-bezier(0.2, 0.7, 0.2, 1); }
      .part.low i { background: var(--warn); }
      .part.unknown i { opacity: 0.55; }
      .part span { display: block; margin-top: var(--space-1); font-size: var(--text-s); color: var(--muted); }
      .many { gap: 0; } .many .tank { border-inline-width: 0; } .bar.many span { display: none; }
      ul { display: flex; flex-wrap: wrap; gap: var(--space-1) var(--space-4); font-size: var(--text-s); color: var(--muted); min-height: 1.1rem; }
      li b { font-weight: 550; color: var(--text); }
      @media (max-width: 40rem) { .part span { display: none; } }
    `,
  ];
  @property({ attribute: false }) targets: readonly TargetView[] = [];

  constructor() {
    super();
    new Ticker(this);
  }

  override render() {
    const parts = capacityOf(this.targets);
    const percent = Math.round(leftOfAll(parts) * 100);
    const coming = parts
      .filter(({ moreAt }) => moreAt !== undefined && moreAt > Date.now())
      .sort((one, other) => (one.moreAt ?? 0) - (other.moreAt ?? 0));
    const more = coming.length - MOST_TOLD;
    return html`
      <div class="head"><strong>${percent} %</strong><span>of your free capacity is left</span></div>
      <div class="bar ${parts.length > MOST_NAMED ? 'many' : ''}" role="meter" aria-label="Free capacity left" aria-valuemin="0" aria-valuemax="100" aria-valuenow=${percent}>
        ${repeat(
          parts,
          ({ scope }) => scope,
          (part) => this.#part(part),
        )}
      </div>
      <ul aria-label="What comes back when">
        ${coming.slice(0, MOST_TOLD).map(({ scope, moreAt = 0 }) => html`<li><b>${scope}</b> full in <span class="number">${spanText(moreAt - Date.now())}</span></li>`)}
        ${more > 0 ? html`<li>and ${more} more</li>` : ''}
        ${coming.length === 0 && parts.length > 0 ? html`<li>Nothing is used up.</li>` : ''}
      </ul>`;
  }

  #part({ scope, targets, left, unknown, provider }: Capacity) {
    const kind = unknown ? 'unknown' : left < 0.15 ? 'low' : '';
    const title = `${scope}: ${unknown ? 'no limit known' : `${Math.round(left * 100)} % left`}\n${targets.join('\n')}`;
    return html`<div class="part ${kind}" title=${title}><div class="tank"><i .style=${`transform: scaleY(${left})`}></i></div><span class="clip">${provider}</span></div>`;
  }
}
