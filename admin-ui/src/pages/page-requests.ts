import { css, html, LitElement } from 'lit';
import { customElement, state } from 'lit/decorators.js';
import { live as liveValue } from 'lit/directives/live.js';
import { counted, partsOf } from '../data/format.js';
import {
  filterOf,
  localValue,
  momentText,
  RANGES,
  type RequestFilter,
  searchOf,
} from '../data/requests/request-filter.js';
import { RequestList } from '../data/requests/request-list.js';
import { meaningOf } from '../data/requests/request-words.js';
import { LiveController, live } from '../data/server/feed.js';
import { base } from '../styles/base.js';
import '../components/common/choice-bar.js';
import '../components/common/empty-state.js';
import '../components/common/page-header.js';
import type { Density, RequestTable } from '../components/requests/request-table.js';
import '../components/requests/request-table.js';

/** One list for all visits, so that it is unchanged when the user comes back. */
const list = new RequestList();

const DENSITY = '429chain.density';
const DENSITIES = [
  { value: 'comfortable', text: 'Comfortable' },
  { value: 'compact', text: 'Compact' },
];
const STATUSES = [429, 499, 502, 503];
/** The choice of an own period. */
const OWN = 'own';
const HOUR_MS = 3_600_000;
/** How long to wait for the next letter of a search. */
const TYPING_MS = 250;

/** All finished requests of the log, and new ones as they end. */
@customElement('page-requests')
class PageRequests extends LitElement {
  static override styles = [
    base,
    css`
      .page { display: grid; grid-template: auto auto minmax(0, 1fr) / minmax(0, 1fr); height: calc(100dvh - var(--space-5) - var(--space-4)); min-height: 26rem; }
      .bar { display: flex; flex-wrap: wrap; align-items: end; gap: var(--space-3); padding-bottom: var(--space-3); }
      .bar label { display: grid; gap: var(--space-1); font-size: var(--text-s); color: var(--muted); flex: 0 1 10rem; min-width: 7rem; }
      .bar .search { flex: 1 1 16rem; max-width: 26rem; }
      .bar .moment { flex: 0 1 13rem; }
      .list { position: relative; min-height: 0; }
      request-table { height: 100%; }
      .new { position: absolute; z-index: 3; top: 2.5rem; left: 50%; transform: translateX(-50%); box-shadow: var(--shadow); border-radius: 1rem; }
      .note { display: flex; align-items: center; gap: var(--space-3); margin-bottom: var(--space-2); border: 1px solid var(--bad); background: var(--bad-soft); border-radius: var(--radius); padding: var(--space-2) var(--space-3); }
      .note ui-icon { color: var(--bad); }
      .waiting { height: 100%; border-radius: var(--radius); background: var(--sunken); }
      @media (max-width: 56rem) { .page { height: calc(100dvh - 6rem); } }
      @media (max-width: 40rem) { .bar { gap: var(--space-2); } .bar label { flex: 1 1 40%; min-width: 0; } .bar .search { flex-basis: 100%; max-width: none; } .density, .bar .grow { display: none; } }
    `,
  ];
  @state() private density: Density = localStorage.getItem(DENSITY) === 'compact' ? 'compact' : 'comfortable';

  /** The search as typed so far, while it is not sent yet. */
  #typed: string | undefined;
  #typing: ReturnType<typeof setTimeout> | undefined;

  constructor() {
    super();
    list.attach(this);
    new LiveController(this);
  }

  override connectedCallback(): void {
    super.connectedCallback();
    window.addEventListener('vaadin-router-location-changed', this.#readAddress);
    this.#readAddress();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    window.removeEventListener('vaadin-router-location-changed', this.#readAddress);
    clearTimeout(this.#typing);
    this.#typed = undefined;
  }

  override render() {
    return html`<div class="page">
      <page-header heading="Requests">
        One row per request, with all of its attempts.
        <button slot="actions" aria-pressed=${list.paused} @click=${() => list.pause(!list.paused)}>
          <ui-icon name=${list.paused ? 'play' : 'pause'}></ui-icon>${list.paused ? 'Resume' : 'Pause'}
        </button>
      </page-header>
      <div>
        <div class="bar" role="search" aria-label="Filters">
          <label class="search">Search
            <input type="search" placeholder="Id, target, key, or words of an error" .value=${liveValue(this.#typed ?? list.filter.search ?? '')} @input=${this.#type} @change=${this.#type} @keydown=${this.#leaveSearch} />
          </label>
          ${this.#times()}
          ${this.#select('chain', 'Chain', 'All chains', this.#chains())}
          ${this.#select('provider', 'Served by', 'All providers', this.#providers())}
          ${this.#select('status', 'Status', 'All', this.#statuses())}
          ${searchOf(list.filter) === '' ? '' : html`<button class="quiet" @click=${() => this.#choose({})}>Show all</button>`}
          <span class="grow"></span>
          <choice-bar class="density" label="Density" .choices=${DENSITIES} .value=${this.density} @choose=${this.#setDensity}></choice-bar>
        </div>
        ${this.#problem()}
      </div>
      <div class="list">
        <div role="status">${this.#news()}</div>
        ${this.#content()}
      </div>
    </div>`;
  }

  #content() {
    if (!list.loaded && list.error === undefined)
      return html`<div class="waiting" role="status"><span class="visually-hidden">Loading</span></div>`;
    if (list.rows.length > 0 || list.hasMore)
      return html`<request-table .list=${list} .density=${this.density}></request-table>`;
    if (searchOf(list.filter) !== '')
      return html`<empty-state icon="requests" heading="No matching requests" text="No stored request matches these filters. New ones appear here.">
        <button @click=${() => this.#choose({})}>Show all requests</button>
      </empty-state>`;
    return html`<empty-state icon="requests" heading="No requests yet" text="Send one. When it ends, it appears here: which targets were asked, which were skipped, and why.">
      <a class="button primary" href="/admin/playground">Send a prompt</a>
      <a class="button" href="/admin/connect">Connect a program</a>
    </empty-state>`;
  }

  #news() {
    if (list.waiting === 0 || list.following) return '';
    return html`<button class="primary new" @click=${() => list.show()}>${counted(list.waiting, 'new request')}</button>`;
  }

  #problem() {
    if (list.error === undefined) return '';
    return html`<div class="note" role="alert">
      <ui-icon name="warning"></ui-icon><span class="grow">${list.error.message}</span>
      <button @click=${() => (list.loaded ? list.more() : list.open())}>Try again</button>
    </div>`;
  }

  #times() {
    const { range, from, to } = list.filter;
    const value = from !== undefined || to !== undefined ? OWN : (range ?? '');
    const choices = [...RANGES, { value: OWN, text: 'From – to' }];
    return html`<label>Time
        <select @change=${this.#chooseTime}>
          <option value="" ?selected=${value === ''}>Any time</option>
          ${choices.map((each) => html`<option value=${each.value} ?selected=${each.value === value}>${each.text}</option>`)}
        </select>
      </label>
      ${value === OWN ? [this.#moment('from', 'From', from), this.#moment('to', 'To', to)] : ''}`;
  }

  #moment(name: 'from' | 'to', title: string, value: string | undefined) {
    const choose = ({ target }: Event): void =>
      this.#choose({ ...list.filter, [name]: momentText((target as HTMLInputElement).value) });
    return html`<label class="moment">${title}
      <input type="datetime-local" .value=${localValue(value)} @change=${choose} />
    </label>`;
  }

  #chooseTime = ({ target }: Event): void => {
    const { value } = target as HTMLSelectElement;
    const { range, from, to, ...others } = list.filter;
    if (value === OWN)
      this.#choose({ ...others, from: `${new Date(Date.now() - HOUR_MS).toISOString().slice(0, 16)}Z` });
    else this.#choose({ ...others, range: value || undefined });
  };

  #type = ({ target, type }: Event): void => {
    const { value } = target as HTMLInputElement;
    this.#typed = value;
    clearTimeout(this.#typing);
    this.#typing = setTimeout(() => this.#search(), type === 'change' ? 0 : TYPING_MS);
  };

  #search(): void {
    const search = this.#typed?.trim() || undefined;
    this.#typed = undefined;
    if (search !== list.filter.search) this.#choose({ ...list.filter, search });
  }

  #leaveSearch = (event: KeyboardEvent): void => {
    if (event.key !== 'ArrowDown') return;
    event.preventDefault();
    this.renderRoot.querySelector<RequestTable>('request-table')?.focusRow();
  };

  #select(name: keyof RequestFilter, title: string, all: string, choices: readonly (readonly [string, string])[]) {
    const value = list.filter[name] ?? '';
    return html`<label>${title}
      <select .value=${value} @change=${(event: Event) => this.#choose({ ...list.filter, [name]: (event.target as HTMLSelectElement).value || undefined })}>
        <option value="" ?selected=${value === ''}>${all}</option>
        ${choices.map(([each, text]) => html`<option value=${each} ?selected=${each === value}>${text}</option>`)}
      </select>
    </label>`;
  }

  #chains(): readonly (readonly [string, string])[] {
    return named(list.filter.chain, live.status?.targets.flatMap(({ chains }) => chains) ?? []);
  }

  #providers(): readonly (readonly [string, string])[] {
    return named(list.filter.provider, live.status?.targets.map(({ target }) => partsOf(target).provider) ?? []);
  }

  #statuses(): readonly (readonly [string, string])[] {
    const asked = Number(list.filter.status);
    const numbers = Number.isNaN(asked) || STATUSES.includes(asked) ? STATUSES : [...STATUSES, asked];
    return [
      ['answered', 'Answered'],
      ['failed', 'Not answered'],
      ...numbers.map((status) => [String(status), `${status} · ${meaningOf(status)}`] as const),
    ];
  }

  #choose(filter: RequestFilter): void {
    history.replaceState(history.state, '', `/admin/requests${searchOf(filter)}`);
    void list.open(filter);
  }

  #readAddress = (): void => {
    if (location.pathname !== '/admin/requests') return;
    const filter = filterOf(location.search);
    const isSame = searchOf(filter) === searchOf(list.filter);
    if (isSame && list.loading) return;
    if (isSame && list.loaded) void list.catchUp();
    else void list.open(filter);
  };

  #setDensity = ({ detail }: CustomEvent<Density>): void => {
    this.density = detail;
    localStorage.setItem(DENSITY, detail);
  };
}

/** Sorted and without duplicates; it includes the selected one, even if it is no longer configured. */
const named = (asked: string | undefined, names: readonly string[]): readonly (readonly [string, string])[] =>
  [...new Set(asked === undefined ? names : [asked, ...names])].sort().map((name) => [name, name] as const);

declare global {
  interface HTMLElementTagNameMap {
    'page-requests': PageRequests;
  }
}
