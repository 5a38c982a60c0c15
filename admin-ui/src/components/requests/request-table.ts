import { html, LitElement, type PropertyValues } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { ref } from 'lit/directives/ref.js';
import { repeat } from 'lit/directives/repeat.js';
import type { RequestRecord } from '../../../../src/contract/requests.js';
import type { Density } from '../../data/browser/appearance.js';
import { durationText, numberText, timeText, utcText } from '../../data/format.js';
import type { RequestList } from '../../data/requests/request-list.js';
import { endpointOf, meaningOf, shortEndpointOf, tokensOf, toneOf } from '../../data/requests/request-words.js';
import { base } from '../../styles/base.js';
import { requestTable } from '../../styles/request-table.js';
import { localTime } from '../common/local-time.js';
import { VirtualRows } from '../lists/virtual-rows.js';
import { attemptTrail, attemptTrailStyles } from './attempt-trail.js';

const COLUMNS = [
  { name: 'time', title: 'Time' },
  { name: 'status', title: 'Status' },
  { name: 'endpoint', title: 'Endpoint' },
  { name: 'chain', title: 'Chain' },
  { name: 'target', title: 'Served by' },
  { name: 'trail', title: 'Attempts' },
  { name: 'tokens', title: 'Tokens' },
  { name: 'took', title: 'Took' },
] as const;

/** Row heights in rem. */
const ROW_HEIGHTS = { wide: { comfortable: 2.5, compact: 1.75 }, narrow: { comfortable: 3.75, compact: 3 } } as const;
const HEAD_HEIGHT = 2;
/** On narrower screens, a row has two lines. */
const NARROW = 40;

/** A table of any number of requests. Only visible rows are in the document. */
@customElement('request-table')
export class RequestTable extends LitElement {
  static override styles = [base, attemptTrailStyles, requestTable];
  @property({ attribute: false, hasChanged: () => true }) list: RequestList | undefined;
  @property({ reflect: true }) density: Density = 'comfortable';
  readonly #rows = new VirtualRows(
    this,
    () => ({ count: this.list?.rows.length ?? 0, height: this.#rowHeight }),
    (top) => this.list?.scrolled(top),
  );
  #focusActive = false;

  get #isNarrow(): boolean {
    return this.#rows.width > 0 && this.#rows.width < NARROW * rem();
  }

  get #rowHeight(): number {
    return Math.round(ROW_HEIGHTS[this.#isNarrow ? 'narrow' : 'wide'][this.density] * rem());
  }

  override render() {
    const { rows = [], hasMore = false } = this.list ?? {};
    const { first, last: end } = this.#rows.range;
    const shown = rows.slice(first, end).map((request, index) => ({ request, index: first + index }));
    const { active: last } = this.list ?? {};
    const active = last === undefined ? -1 : rows.indexOf(last);
    // The focused row stays in the document while scrolling.
    if (active !== -1 && (active < first || active >= end))
      shown.push({ request: rows[active] as RequestRecord, index: active });
    const entry = active === -1 ? first : active;
    return html`<div class="scroller ${this.#isNarrow ? 'narrow' : ''}" ${ref(this.#rows.attach)} @keydown=${this.#onKey}>
      <div role="table" aria-label="Requests" aria-rowcount=${hasMore ? -1 : rows.length + 1}>
      <div class="head" role="row" aria-rowindex="1">
        ${COLUMNS.map(({ name, title }) => html`<span role="columnheader" class=${name}>${title}</span>`)}
      </div>
      <div class="space" role="rowgroup" .style=${`height: ${rows.length * this.#rowHeight}px`}>
        ${repeat(
          shown,
          ({ request }) => request,
          ({ request, index }) => this.#row(request, index, index === entry),
        )}
      </div></div>
      <p class="end muted small" role="status">${this.#end()}</p>
    </div>`;
  }

  override updated(_: PropertyValues): void {
    const { list } = this;
    if (list === undefined) return;
    if (list.rows.length > 0) this.#rows.scrollTo(list.scrollTop);
    if (this.#focusActive) {
      this.#focusActive = false;
      this.renderRoot.querySelector<HTMLElement>('a[tabindex="0"]')?.focus({ preventScroll: true });
    }
    if (list.loaded && list.error === undefined && this.#rows.isNearEnd) void list.more();
  }

  #row(request: RequestRecord, index: number, isEntry: boolean) {
    const height = this.#rowHeight;
    const { at, status, chain, target, attempts, latencyMs, waitedMs } = request;
    const tokens = tokensOf(request);
    const waited = waitedMs >= 1 ? `, of which ${durationText(waitedMs)} waiting for capacity` : '';
    return html`<div class="request" role="row" aria-rowindex=${index + 2} .style=${`transform: translateY(${index * height}px); height: ${height}px`}>
      <span role="cell" class="time"><a href="/admin/requests/${encodeURIComponent(request.id)}" tabindex=${isEntry ? 0 : -1} @focus=${() => this.#activate(request)} aria-label="Request at ${timeText(at)} (${utcText(at)})">${localTime(at)}</a></span>
      <span role="cell" class="status ${toneOf(status)}" title=${meaningOf(status)}><b>${status}</b></span>
      <span role="cell" class="endpoint clip" title=${endpointOf(request)}>${shortEndpointOf(request)}</span>
      <span role="cell" class="chain clip" title=${chain}>${chain || '–'}</span>
      <span role="cell" class="target clip ${target === undefined ? 'muted' : ''}" title=${target ?? ''}>${target ?? inside(meaningOf(status))}</span>
      <span role="cell" class="trail">${attemptTrail(attempts)}</span>
      <span role="cell" class="tokens number">${tokens === undefined ? '–' : numberText(tokens)}</span>
      <span role="cell" class="took number" title="${durationText(latencyMs)}${waited}">${waited === '' ? '' : html`<i class="waited"></i>`}${durationText(latencyMs)}</span>
    </div>`;
  }

  #end(): string {
    const { rows = [], hasMore, loading, deleted } = this.list ?? {};
    if (hasMore) return loading ? 'Reading older requests …' : '';
    if (rows.length === 0) return '';
    return `${numberText(rows.length)} in all.${deleted ? ' Older requests were deleted.' : ''}`;
  }

  /** Moves the keyboard focus to the row that had it last, or to the first visible one. */
  focusRow(): void {
    this.#focusActive = true;
    this.requestUpdate();
  }

  #activate(request: RequestRecord | undefined): void {
    if (this.list === undefined || this.list.active === request) return;
    this.list.active = request;
    this.requestUpdate();
  }

  #onKey = (event: KeyboardEvent): void => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.shiftKey) return;
    const { rows = [] } = this.list ?? {};
    const active = this.list?.active;
    const from = active === undefined ? this.#rows.range.first - 1 : rows.indexOf(active);
    const to = {
      ArrowDown: from + 1,
      ArrowUp: from - 1,
      PageDown: from + this.#rows.page,
      PageUp: from - this.#rows.page,
      Home: 0,
      End: rows.length - 1,
    }[event.key];
    if (to === undefined || rows.length === 0) return;
    event.preventDefault();
    const index = Math.max(0, Math.min(rows.length - 1, to));
    this.#activate(rows[index]);
    this.#rows.reveal(index, HEAD_HEIGHT * rem());
    this.#focusActive = true;
  };
}

const inside = (sentence: string): string => sentence.charAt(0).toLowerCase() + sentence.slice(1);

const rem = (): number => Number.parseFloat(getComputedStyle(document.documentElement).fontSize);
