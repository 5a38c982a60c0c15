import { css, html, LitElement } from 'lit';
import { customElement, state } from 'lit/decorators.js';
import type { LiveEvent } from '../../../src/contract/events.js';
import type { Totals, UsageReport } from '../../../src/contract/requests.js';
import { onDemand } from '../components/common/on-demand.js';
import type { Stack } from '../components/usage/bar-chart.js';
import { counted, durationText, numberText, shortNumber } from '../data/format.js';
import { type By, choicesFor, type Order, orderFor, restText, rowsOf, sorted } from '../data/requests/breakdown.js';
import { PERIODS, partsOf, percent, periodStart, type Slot, slotsOf } from '../data/requests/usage.js';
import { usageCsv } from '../data/requests/usage-csv.js';
import { type UsageView, usageSearch, usageViewOf } from '../data/requests/usage-view.js';
import { call } from '../data/server/client.js';
import { LiveController } from '../data/server/feed.js';
import { Resource } from '../data/server/resource.js';
import { base } from '../styles/base.js';
import '../components/common/choice-bar.js';
import '../components/common/empty-state.js';
import '../components/common/figure-tile.js';
import '../components/common/load-state.js';
import '../components/common/page-header.js';
import '../components/usage/totals-table.js';

/** How often the totals are loaded again while requests arrive. */
const AGAIN_MS = 5_000;

/** Totals of requests, and how many of them fallback rescued. */
@customElement('page-usage')
class PageUsage extends LitElement {
  static override styles = [
    base,
    css`
      .lead { font-size: var(--text-l); max-width: 60rem; }
      .lead strong { color: var(--good); font-variant-numeric: tabular-nums; }
      .tiles { display: grid; grid-template-columns: repeat(auto-fit, minmax(9.5rem, 1fr)); gap: var(--space-3); }
      .charts { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(30rem, 100%), 1fr)); gap: var(--space-3); }
      /* The figures do not wait for the charts. */
      bar-chart:not(:defined) { display: block; height: 286px; }
      section.card { padding: var(--space-4) 0 0; overflow: hidden; }
      section.card > .row, section.card > .hint { padding: 0 var(--space-4); }
      section.card > .hint { padding-bottom: var(--space-3); }
      @media (max-width: 40rem) { .tiles { grid-template-columns: 1fr 1fr; } }
    `,
  ];
  @state() private view: UsageView = usageViewOf(location.search);
  #again: ReturnType<typeof setTimeout> | undefined;
  readonly #report = new Resource(this, (signal) => {
    const now = Date.now();
    const { timeZone } = Intl.DateTimeFormat().resolvedOptions();
    return call('GET /usage', { query: { from: periodStart(this.view.days, now), to: now, timeZone }, signal });
  });

  constructor() {
    super();
    new LiveController(this, (event) => this.#heard(event));
  }

  override connectedCallback(): void {
    super.connectedCallback();
    onDemand(() => import('../components/usage/bar-chart.js'));
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    clearTimeout(this.#again);
    this.#again = undefined;
  }

  override render() {
    const { value } = this.#report;
    const isUtc = value !== undefined && value.timeZone === undefined;
    return html`
      <page-header heading="Usage">
        Each request counts once. ${isUtc ? 'Days are those of UTC.' : 'Days and hours are in local time.'}
        <choice-bar slot="actions" label="Period" .choices=${PERIODS} .value=${String(this.view.days)} @choose=${this.#choose}></choice-bar>
        <button slot="actions" ?disabled=${value === undefined || value.total.requests === 0} @click=${this.#export}><ui-icon name="down"></ui-icon>Export CSV</button>
      </page-header>
      <load-state .of=${this.#report}>${value === undefined ? '' : this.#content(value)}</load-state>`;
  }

  #content(report: UsageReport) {
    const { days } = this.view;
    if (report.total.requests === 0)
      return html`<empty-state icon="usage" heading=${days === 1 ? 'No requests today' : `No requests in these ${days} days`} text="Totals appear here with the first request: which targets answered, how many tokens they used, and which limits were avoided.">
        <a class="button primary" href="/admin/playground">Send a prompt</a>
      </empty-state>`;
    return html`<div class="stack">
      ${lead(report.total)}
      ${tiles(report.total)}
      ${charts(slotsOf(report, days, Date.now()), days === 1 && report.hours !== undefined ? 'hour' : 'day')}
      ${this.#breakdown(report)}
    </div>`;
  }

  #breakdown(report: UsageReport) {
    const { choices, chosen, order, rows } = this.#table(report);
    const rest = restText(report, chosen.value, rows);
    return html`<section class="card stack" aria-labelledby="breakdown">
      <div class="row between">
        <h2 id="breakdown">By ${chosen.text.toLowerCase()}</h2>
        <choice-bar label="Break down by" .choices=${choices} .value=${chosen.value} @choose=${({ detail }: CustomEvent<By>) => this.#show({ ...this.view, by: detail, order: undefined })}></choice-bar>
      </div>
      <totals-table .of=${chosen.text} .rows=${rows} .order=${order} @order=${({ detail }: CustomEvent<Order>) => this.#show({ ...this.view, order: detail })}></totals-table>
      ${rest === '' ? '' : html`<p class="hint">${rest}</p>`}
    </section>`;
  }

  /** The table as it is shown. */
  #table(report: UsageReport) {
    const { days, by, order = orderFor(by) } = this.view;
    const choices = choicesFor(report, days);
    const chosen = choices.find(({ value }) => value === by) ?? (choices[0] as (typeof choices)[number]);
    return { choices, chosen, order, rows: sorted(rowsOf(report, chosen.value, days, Date.now()), order) };
  }

  #show(view: UsageView): void {
    this.view = view;
    history.replaceState(history.state, '', `/admin/usage${usageSearch(view)}`);
  }

  #choose = ({ detail }: CustomEvent<string>): void => {
    this.#show({ ...this.view, days: Number(detail) });
    void this.#report.reload();
  };

  #export = (): void => {
    const { value } = this.#report;
    if (value === undefined) return;
    const { chosen, rows } = this.#table(value);
    const of = chosen.text.toLowerCase();
    const url = URL.createObjectURL(new Blob([usageCsv(of, value.total, rows)], { type: 'text/csv;charset=utf-8' }));
    const link = document.createElement('a');
    link.href = url;
    link.download = `429chain-usage-by-${of}-${this.view.days}-days-${new Date().toISOString().slice(0, 10)}.csv`;
    link.click();
    URL.revokeObjectURL(url);
  };

  #heard(event: LiveEvent | undefined): void {
    const isNews = event?.type === 'status' || (event?.type === 'changes' && event.requests.length > 0);
    if (!isNews || this.#again !== undefined) return;
    this.#again = setTimeout(() => {
      this.#again = undefined;
      void this.#report.reload();
    }, AGAIN_MS);
  }
}

/** The summary in one sentence. */
const lead = (total: Totals) => {
  const { direct, rescued } = partsOf(total);
  const answered = direct + rescued;
  if (rescued === 0)
    return html`<p class="lead">${counted(answered, 'request')} answered, all by the first target of their chain.</p>`;
  return html`<p class="lead"><strong>${counted(rescued, 'request')}</strong> of ${numberText(answered)} answered
    (${percent(rescued, answered)}) would have failed or waited without a chain: another target answered, because the first one could not.</p>`;
};

const tiles = (total: Totals) => {
  const { requests, failures, cancelled, promptTokens, completionTokens, avoided, rateLimited, saved } = total;
  const ends = [
    `${percent(requests - failures - cancelled, requests)} answered`,
    ...(failures > 0 ? [`${numberText(failures)} failed`] : []),
    ...(cancelled > 0 ? [`${numberText(cancelled)} stopped by the caller`] : []),
  ];
  return html`<div class="tiles">
    <figure-tile label="Requests" value=${numberText(requests)}>${ends.join(', ')}</figure-tile>
    <figure-tile label="Rescued by fallback" value=${numberText(saved)}>answered by a target after the first</figure-tile>
    <figure-tile label="429s avoided" value=${numberText(avoided)}>targets at their limit, skipped without a call</figure-tile>
    <figure-tile label="429s hit" value=${numberText(rateLimited)}>${rateLimited === 0 ? 'no limit hit' : 'answers of providers at their limit'}</figure-tile>
    <figure-tile label="Tokens" value=${shortNumber(promptTokens + completionTokens)}>${shortNumber(promptTokens)} in, ${shortNumber(completionTokens)} out</figure-tile>
    <figure-tile label="Median latency" value=${total.p50Ms === undefined ? '–' : durationText(total.p50Ms)}>${total.p99Ms === undefined ? 'nothing answered yet' : `99 of 100 within ${durationText(total.p99Ms)}`}</figure-tile>
  </div>`;
};

const charts = (slots: readonly Slot[], unit: 'hour' | 'day') => {
  const names = slots.map(({ label }) => label);
  const parts = slots.map(({ totals }) => partsOf(totals));
  const requests: readonly Stack[] = [
    { title: 'first target', colour: '--good', values: parts.map(({ direct }) => direct) },
    { title: 'rescued by fallback', colour: '--water', values: parts.map(({ rescued }) => rescued) },
    { title: 'failed', colour: '--bad', values: parts.map(({ failures }) => failures) },
    { title: 'stopped', colour: '--muted', values: parts.map(({ cancelled }) => cancelled) },
  ];
  const tokens: readonly Stack[] = [
    { title: 'in', colour: '--accent', values: slots.map(({ totals }) => totals.promptTokens) },
    { title: 'out', colour: '--water', values: slots.map(({ totals }) => totals.completionTokens) },
  ];
  return html`<div class="charts">
    <bar-chart class="card" label="Requests per ${unit}" .names=${names} .stacks=${requests}></bar-chart>
    <bar-chart class="card" label="Tokens per ${unit}" .names=${names} .stacks=${tokens}></bar-chart>
  </div>`;
};

declare global {
  interface HTMLElementTagNameMap {
    'page-usage': PageUsage;
  }
}
