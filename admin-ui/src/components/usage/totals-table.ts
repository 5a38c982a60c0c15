import { css, html, LitElement } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { ifDefined } from 'lit/directives/if-defined.js';
import { repeat } from 'lit/directives/repeat.js';
import { COLUMNS, type Order, type Row } from '../../data/requests/breakdown.js';
import { base } from '../../styles/base.js';
import { localTime } from '../common/local-time.js';

/** Rows that are shown at first. */
const FIRST = 50;

/** Totals of requests, one line per name. Fires `order` with the order that the user chose. */
@customElement('totals-table')
export class TotalsTable extends LitElement {
  static override styles = [
    base,
    css`
      .around { overflow: auto; max-height: 34rem; position: relative; }
      thead th { position: sticky; top: 0; background: var(--surface); z-index: 1; box-shadow: inset 0 -1px var(--line); padding: 0; }
      thead button { border: 0; background: none; color: inherit; font-weight: 550; padding: 0 var(--space-3); min-height: 2rem; gap: 0.25rem; border-radius: 0; }
      thead .number button { justify-content: end; width: 100%; }
      thead button:hover, th[aria-sort] button { color: var(--text); }
      thead button::after { content: ''; width: 0.5rem; height: 0.3125rem; flex: none; }
      th[aria-sort] button::after { background: currentcolor; clip-path: polygon(0 0, 100% 0, 50% 100%); }
      th[aria-sort='ascending'] button::after { clip-path: polygon(0 100%, 100% 100%, 50% 0); }
      tbody th { font-weight: 550; color: var(--text); font-size: inherit; min-width: 8rem; max-width: 26rem; overflow-wrap: anywhere; white-space: normal; }
      tbody th a { color: inherit; text-decoration-color: var(--line-strong); }
      tbody tr:last-child > * { border-bottom: 0; }
      tbody tr:hover { background: var(--sunken); }
      th, td { white-space: nowrap; }
      .share { display: block; height: 0.1875rem; margin-top: 0.1875rem; border-radius: 0.125rem; background: var(--water); min-width: 1px; }
      .more { padding: var(--space-2) var(--space-3); }
    `,
  ];
  /** What the names are: `Provider`. */
  @property() of = '';
  /** In their order. */
  @property({ attribute: false }) rows: readonly Row[] = [];
  @property({ attribute: false }) order: Order = { by: 'requests', descending: true };
  @state() private all = false;

  override render() {
    const { rows } = this;
    const most = Math.max(1, ...rows.map(({ totals }) => totals.requests));
    const shown = this.all ? rows : rows.slice(0, FIRST);
    return html`<div class="around" tabindex="0" role="region" aria-label="${this.of}: totals">
      <table>
        <thead><tr>${this.#head('name', this.of, '')}${COLUMNS.map(({ id, title, about }) => this.#head(id, title, about))}</tr></thead>
        <tbody>${repeat(
          shown,
          ({ name, at }) => at ?? name,
          ({ name, about, at, href, totals }) => html`<tr>
            <th scope="row" title=${about ?? ''}>${at !== undefined ? localTime(at, name) : href === undefined ? name : html`<a href=${href}>${name}</a>`}<i class="share" .style=${`width: ${(100 * totals.requests) / most}%`}></i></th>
            ${COLUMNS.map(({ value, text }) => {
              const figure = value(totals);
              return html`<td class="number">${figure === undefined ? '–' : text(figure)}</td>`;
            })}
          </tr>`,
        )}</tbody>
      </table>
      ${shown.length === rows.length ? '' : html`<p class="more"><button @click=${() => (this.all = true)}>Show all ${rows.length}</button></p>`}
    </div>`;
  }

  #head(id: string, title: string, about: string) {
    const { by, descending } = this.order;
    const sort = by === id ? (descending ? 'descending' : 'ascending') : undefined;
    const choose = (): void => {
      const order: Order = { by: id, descending: by === id ? !descending : id !== 'name' };
      this.dispatchEvent(new CustomEvent('order', { detail: order }));
    };
    return html`<th scope="col" class=${id === 'name' ? '' : 'number'} aria-sort=${ifDefined(sort)}>
      <button title=${about} @click=${choose}>${title}</button>
    </th>`;
  }
}
