import { css, html, LitElement } from 'lit';
import { customElement, state } from 'lit/decorators.js';
import type { LiveEvent } from '../../../src/contract/events.js';
import type { Totals, UsageReport } from '../../../src/contract/requests.js';
import type { Stack } from '../components/usage/bar-chart.js';
import type { NamedTotals } from '../components/usage/totals-table.js';
import { counted, durationText, numberText, shortNumber } from '../data/format.js';
import { type Day, everyDay, partsOfDay, percent, spanStart } from '../data/requests/usage.js';
import { usageCsv } from '../data/requests/usage-csv.js';
import { call } from '../data/server/client.js';
import { LiveController } from '../data/server/feed.js';
import { Resource } from '../data/server/resource.js';
import { base } from '../styles/base.js';
import '../components/usage/bar-chart.js';
import '../components/common/choice-bar.js';
import '../components/common/empty-state.js';
import '../components/common/figure-tile.js';
import '../components/common/load-state.js';
import '../components/common/page-header.js';
import '../components/usage/totals-table.js';

const RANGES = [
  { value: '7', text: '7 days' },
  { value: '30', text: '30 days' },
  { value: '90', text: '90 days' },
];
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
      section.card { padding: var(--space-4) 0 0; overflow: hidden; }
      section.card h2 { padding: 0 var(--space-4); }
      @media (max-width: 40rem) { .tiles { grid-template-columns: 1fr 1fr; } }
    `,
  ];
  @state() private days = rangeIn(location.search);
  #again: ReturnType<typeof setTimeout> | undefined;
  readonly #report = new Resource(this, (signal) =>
    call('GET /usage', { query: { from: spanStart(this.days, Date.now()), to: Date.now() }, signal }),
  );

  constructor() {
    super();
    new LiveController(this, (event) => this.#heard(event));
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    clearTimeout(this.#again);
    this.#again = undefined;
  }

  override render() {
    const { value } = this.#report;
    return html`
      <page-header heading="Usage">
        Each request counts once, however many targets were asked. Days are those of UTC.
        <choice-bar slot="actions" label="How far back" .choices=${RANGES} .value=${String(this.days)} @choose=${this.#choose}></choice-bar>
        <button slot="actions" ?disabled=${value === undefined || value.total.requests === 0} @click=${this.#export}><ui-icon name="down"></ui-icon>Export CSV</button>
      </page-header>
      <load-state .of=${this.#report}>${value === undefined ? '' : this.#content(value)}</load-state>`;
  }

  #content(report: UsageReport) {
    if (report.total.requests === 0)
      return html`<empty-state icon="usage" heading="Nothing in these ${this.days} days" text="Totals appear here with the first request: who answered, what it came to, and which limits were never run into.">
        <a class="button primary" href="/admin/playground">Send a prompt</a>
      </empty-state>`;
    const days = everyDay(report, this.days, Date.now());
    return html`<div class="stack">
      ${lead(report.total)}
      ${tiles(report.total)}
      ${charts(days)}
      ${table('Providers', 'Provider', sorted(report.providers))}
      ${table('Targets', 'Target', sorted(report.targets))}
      ${table('Chains', 'Chain', sorted(report.chains))}
      ${table('Days', 'Day', report.days.map((day) => ({ name: day.day, totals: day })).reverse())}
    </div>`;
  }

  #choose = ({ detail }: CustomEvent<string>): void => {
    this.days = Number(detail);
    history.replaceState(history.state, '', `/admin/usage?days=${detail}`);
    void this.#report.reload();
  };

  #export = (): void => {
    const { value } = this.#report;
    if (value === undefined) return;
    const url = URL.createObjectURL(new Blob([usageCsv(value)], { type: 'text/csv;charset=utf-8' }));
    const link = document.createElement('a');
    link.href = url;
    link.download = `429chain-usage-${this.days}-days-${new Date().toISOString().slice(0, 10)}.csv`;
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

const rangeIn = (search: string): number => {
  const asked = new URLSearchParams(search).get('days');
  return Number(RANGES.find(({ value }) => value === asked)?.value ?? 30);
};

/** The summary in one sentence. */
const lead = (total: Totals) => {
  const { direct, rescued } = partsOfDay(total);
  const answered = direct + rescued;
  if (rescued === 0)
    return html`<p class="lead">${counted(answered, 'request')} answered, all by the first target of their chain. The others stand ready.</p>`;
  return html`<p class="lead"><strong>${counted(rescued, 'request')}</strong> of ${numberText(answered)} answered
    (${percent(rescued, answered)}) would have failed or waited without a chain: their first target had no room, and another one served them.</p>`;
};

const tiles = (total: Totals) => {
  const { requests, failures, cancelled, promptTokens, completionTokens, avoided, rateLimited, saved } = total;
  return html`<div class="tiles">
    <figure-tile label="Requests" value=${numberText(requests)}>${percent(requests - failures - cancelled, requests)} answered${failures > 0 ? `, ${numberText(failures)} failed` : ''}</figure-tile>
    <figure-tile label="Saved by the chain" value=${numberText(saved)}>answered by another target than the first</figure-tile>
    <figure-tile label="429s avoided" value=${numberText(avoided)}>targets at their limit, skipped without a call</figure-tile>
    <figure-tile label="429s met" value=${numberText(rateLimited)}>${rateLimited === 0 ? 'not one limit run into' : `for ${counted(avoided, 'one', 'that were')} avoided`}</figure-tile>
    <figure-tile label="Free tokens" value=${shortNumber(promptTokens + completionTokens)}>${shortNumber(promptTokens)} in, ${shortNumber(completionTokens)} out</figure-tile>
    <figure-tile label="Median latency" value=${total.p50Ms === undefined ? '–' : durationText(total.p50Ms)}>${total.p99Ms === undefined ? 'nothing answered yet' : `99 of 100 within ${durationText(total.p99Ms)}`}</figure-tile>
  </div>`;
};

const charts = (days: readonly Day[]) => {
  const at = days.map(({ day }) => Date.parse(day));
  const parts = days.map(partsOfDay);
  const requests: readonly Stack[] = [
    { title: 'by the first target', colour: '--good', values: parts.map(({ direct }) => direct) },
    { title: 'saved by the chain', colour: '--water', values: parts.map(({ rescued }) => rescued) },
    { title: 'failed', colour: '--bad', values: parts.map(({ failures }) => failures) },
    { title: 'caller left', colour: '--muted', values: parts.map(({ cancelled }) => cancelled) },
  ];
  const tokens: readonly Stack[] = [
    { title: 'in', colour: '--accent', values: days.map(({ promptTokens }) => promptTokens) },
    { title: 'out', colour: '--water', values: days.map(({ completionTokens }) => completionTokens) },
  ];
  return html`<div class="charts">
    <bar-chart class="card" label="Requests a day" .days=${at} .stacks=${requests}></bar-chart>
    <bar-chart class="card" label="Tokens a day" .days=${at} .stacks=${tokens}></bar-chart>
  </div>`;
};

const table = (heading: string, of: string, rows: readonly NamedTotals[]) =>
  html`<section class="card stack"><h2>${heading}</h2><totals-table .of=${of} .rows=${rows}></totals-table></section>`;

/** Sorted by the number of requests, most first. */
const sorted = (group: Readonly<Record<string, Totals>>): readonly NamedTotals[] =>
  Object.entries(group)
    .map(([name, totals]) => ({ name, totals }))
    .sort((one, other) => other.totals.requests - one.totals.requests);

declare global {
  interface HTMLElementTagNameMap {
    'page-usage': PageUsage;
  }
}
