import { css, html, LitElement } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import type { Totals } from '../../../../src/contract/requests.js';
import { durationText, numberText, shortNumber } from '../../data/format.js';
import { base } from '../../styles/base.js';

export interface NamedTotals {
  readonly name: string;
  readonly totals: Totals;
}

const FIGURES: readonly (readonly [title: string, about: string, text: (totals: Totals) => string])[] = [
  ['Requests', 'Requests of callers', ({ requests }) => numberText(requests)],
  ['Failed', 'Not answered', ({ failures }) => numberText(failures)],
  ['Saved', 'Answered although the first target of the chain could not', ({ saved }) => numberText(saved)],
  ['429s avoided', 'Times a target at its limit was skipped without asking it', ({ avoided }) => numberText(avoided)],
  ['429s met', 'Times a limit was run into', ({ rateLimited }) => numberText(rateLimited)],
  ['Tokens in', 'Tokens of prompts', ({ promptTokens }) => shortNumber(promptTokens)],
  ['Tokens out', 'Tokens of answers', ({ completionTokens }) => shortNumber(completionTokens)],
  ['Median', 'Half of the answers were faster', ({ p50Ms }) => (p50Ms === undefined ? '–' : durationText(p50Ms))],
  ['p99', '99 of 100 answers were faster', ({ p99Ms }) => (p99Ms === undefined ? '–' : durationText(p99Ms))],
];

/** Totals of requests, one line per name. */
@customElement('totals-table')
export class TotalsTable extends LitElement {
  static override styles = [
    base,
    css`
      .around { overflow: auto; max-height: 26rem; position: relative; }
      thead th { position: sticky; top: 0; background: var(--surface); z-index: 1; box-shadow: inset 0 -1px var(--line); }
      tbody th { font-weight: 550; color: var(--text); font-size: inherit; min-width: 8rem; max-width: 26rem; overflow-wrap: anywhere; }
      tbody tr:last-child > * { border-bottom: 0; }
      tbody tr:hover { background: var(--sunken); }
      th, td { white-space: nowrap; }
      tbody th { white-space: normal; }
      .share { display: block; height: 0.1875rem; margin-top: 0.1875rem; border-radius: 0.125rem; background: var(--water); min-width: 1px; }
    `,
  ];
  /** The heading of the names: `Provider`. */
  @property() of = '';
  @property({ attribute: false }) rows: readonly NamedTotals[] = [];

  override render() {
    const most = Math.max(1, ...this.rows.map(({ totals }) => totals.requests));
    return html`<div class="around" tabindex="0" role="region" aria-label="${this.of}: totals">
      <table>
        <thead><tr><th scope="col">${this.of}</th>${FIGURES.map(([title, about]) => html`<th scope="col" class="number" title=${about}>${title}</th>`)}</tr></thead>
        <tbody>${this.rows.map(
          ({ name, totals }) => html`<tr>
            <th scope="row">${name}<i class="share" .style=${`width: ${(100 * totals.requests) / most}%`}></i></th>
            ${FIGURES.map(([, , text]) => html`<td class="number">${text(totals)}</td>`)}
          </tr>`,
        )}</tbody>
      </table>
    </div>`;
  }
}
