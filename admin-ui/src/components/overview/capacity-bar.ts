import { css, html, LitElement } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { repeat } from 'lit/directives/repeat.js';
import type { TargetView } from '../../../../src/contract/admin-api.js';
import { Ticker } from '../../data/browser/ticker.js';
import { counted, shortNumber, spanText } from '../../data/format.js';
import {
  type Capacity,
  type CapacitySum,
  capacityOf,
  shareOf,
  sumOf,
  TYPICAL_TOKENS,
} from '../../data/providers/capacity.js';
import { base } from '../../styles/base.js';

/** The places in the list of resets. */
const PLACES = [0, 1, 2, 3] as const;
/** With more parts, they have no names and no gaps. */
const MOST_NAMED = 16;

/** The remaining free capacity of all providers and models as one bar, with the next resets below. */
@customElement('capacity-bar')
export class CapacityBar extends LitElement {
  static override styles = [
    base,
    css`
      .head { display: grid; grid-template-columns: auto minmax(0, 1fr); align-items: baseline; gap: 0 var(--space-2); }
      .head strong { font-size: var(--text-xxl); font-weight: 680; letter-spacing: -0.02em; font-variant-numeric: tabular-nums; min-width: 3.4ch; }
      .head .small { grid-column: 1 / -1; min-height: 1.45em; }
      .bar { display: flex; gap: 2px; margin: var(--space-2) 0; }
      .part { flex: 1; min-width: 0; }
      .tank { position: relative; height: 1.75rem; background: var(--sunken); border: 1px solid var(--line); overflow: hidden; }
      .part:first-child .tank { border-start-start-radius: var(--radius-s); border-end-start-radius: var(--radius-s); } .part:last-child .tank { border-start-end-radius: var(--radius-s); border-end-end-radius: var(--radius-s); }
      .part i { position: absolute; inset: 0; background: var(--water); transform-origin: bottom; transition: transform 600ms cubic-bezier(0.2, 0.7, 0.2, 1); }
      .part.low i { background: var(--warn); }
      .part.unknown i { background: repeating-linear-gradient(135deg, var(--line) 0 0.25rem, transparent 0.25rem 0.5rem); }
      .part span { display: block; margin-top: var(--space-1); font-size: var(--text-s); color: var(--muted); }
      .many { gap: 0; } .many .tank { border-inline-width: 0; } .bar.many span { display: none; }
      /* As many places as there can be entries: what is below does not move. */
      ul { display: grid; grid-template-columns: repeat(4, minmax(0, 1fr)); gap: var(--space-1) var(--space-4); font-size: var(--text-s); color: var(--muted); }
      li { display: flex; gap: 0.25rem; white-space: nowrap; min-height: 1.45em; font-variant-numeric: tabular-nums; }
      li b { font-weight: 550; color: var(--text); }
      @media (max-width: 40rem) { .part span { display: none; } ul { grid-template-columns: minmax(0, 1fr); gap: 0; } .head .small { min-height: 2.9em; } }
    `,
  ];
  @property({ attribute: false }) targets: readonly TargetView[] = [];

  constructor() {
    super();
    new Ticker(this);
  }

  override render() {
    const parts = capacityOf(this.targets);
    const sum = sumOf(parts);
    const percent = sum.share === undefined ? undefined : Math.round(sum.share * 100);
    const text = percent === undefined ? 'unknown' : `${percent} %`;
    const coming = parts
      .filter(({ moreAt }) => moreAt !== undefined && moreAt > Date.now())
      .sort((one, other) => (one.moreAt ?? 0) - (other.moreAt ?? 0));
    return html`
      <div class="head"><strong>${percent === undefined ? '?' : text}</strong><span>${percent === undefined ? 'No limit is known yet' : 'of your known free capacity is left'}</span>
        <span class="small muted" title=${explanation(sum)}>${sumText(sum)}</span></div>
      <div class="bar ${parts.length > MOST_NAMED ? 'many' : ''}" role="meter" aria-label="Free capacity left" aria-valuemin="0" aria-valuemax="100" aria-valuenow=${percent ?? 0} aria-valuetext="${text}. ${sumText(sum)}">
        ${repeat(
          parts,
          ({ scope }) => scope,
          (part) => this.#part(part),
        )}
      </div>
      <ul aria-label="What comes back when">${PLACES.map((place) => html`<li>${this.#coming(coming, place, parts.length)}</li>`)}</ul>`;
  }

  #coming(coming: readonly Capacity[], place: (typeof PLACES)[number], parts: number) {
    if (coming.length === 0) return place === 0 && parts > 0 ? 'Nothing is used up.' : '';
    const part = coming[place];
    const more = coming.length - place;
    if (place === PLACES.length - 1 && more > 1) return `and ${more} more`;
    if (part === undefined) return '';
    return html`<b class="clip">${part.scope}</b> <span>resets in ${spanText((part.moreAt ?? 0) - Date.now())}</span>`;
  }

  #part(part: Capacity) {
    const { scope, targets, whole, rests, provider } = part;
    const share = shareOf(part);
    const kind = whole === undefined ? 'unknown' : share < 0.15 ? 'low' : '';
    const known = whole === undefined ? 'no limit known' : `${Math.round(share * 100)} % left`;
    const title = `${scope}: ${known}${rests ? ', exhausted' : ''}\n${targets.join('\n')}`;
    return html`<div class="part ${kind}" title=${title}><div class="tank"><i .style=${`transform: scaleY(${share})`}></i></div><span class="clip">${provider}</span></div>`;
  }
}

/** `About 34 of 52 requests at once. 3 targets have no known limit.` */
const sumText = ({ whole, now, share, unknown }: CapacitySum): string => {
  const sum =
    share === undefined
      ? []
      : [`About ${shortNumber(Math.floor(now))} of ${shortNumber(Math.round(whole))} requests now.`];
  const count = unknown.length;
  const rest =
    count === 0
      ? []
      : [
          `${counted(count, 'target has', 'targets have')} no known limit and ${count === 1 ? 'does' : 'do'} not count.`,
        ];
  return [...sum, ...rest].join(' ');
};

const explanation = ({ unknown }: CapacitySum): string =>
  [
    `The sum of what the tightest limit of each target allows now. ${shortNumber(TYPICAL_TOKENS)} tokens count as a request.`,
    ...(unknown.length === 0 ? [] : ['Without a known limit:', ...unknown]),
  ].join('\n');
