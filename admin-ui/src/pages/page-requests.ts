import { css, html, LitElement } from 'lit';
import { customElement } from 'lit/decorators.js';
import type { TargetView } from '../../../src/contract/admin-api.js';
import { AppearanceController, appearance, type Density, setAppearance } from '../data/browser/appearance.js';
import { counted, partsOf } from '../data/format.js';
import { filterOf, type RequestFilter, searchOf } from '../data/requests/request-filter.js';
import { RequestList } from '../data/requests/request-list.js';
import { LiveController, live } from '../data/server/feed.js';
import { base } from '../styles/base.js';
import '../components/common/choice-bar.js';
import '../components/common/empty-state.js';
import '../components/common/page-header.js';
import type { RequestTable } from '../components/requests/request-table.js';
import '../components/requests/request-filters.js';
import '../components/requests/request-table.js';

/** One list for all visits, so that it is unchanged when the user comes back. */
const list = new RequestList();

const DENSITIES = [
  { value: 'comfortable', text: 'Comfortable' },
  { value: 'compact', text: 'Compact' },
];

/** All finished requests of the log, and new ones as they end. */
@customElement('page-requests')
class PageRequests extends LitElement {
  static override styles = [
    base,
    css`
      .page { display: grid; grid-template: auto auto minmax(0, 1fr) / minmax(0, 1fr); height: calc(100dvh - var(--space-5) - var(--space-6)); min-height: 26rem; }
      .list { position: relative; min-height: 0; }
      request-table { height: 100%; }
      .new { position: absolute; z-index: 3; top: 2.5rem; left: 50%; transform: translateX(-50%); box-shadow: var(--shadow); border-radius: 1rem; }
      .note { display: flex; align-items: center; gap: var(--space-3); margin-bottom: var(--space-2); border: 1px solid var(--bad); background: var(--bad-soft); border-radius: var(--radius); padding: var(--space-2) var(--space-3); }
      .note ui-icon { color: var(--bad); }
      .waiting { height: 100%; border-radius: var(--radius); background: var(--sunken); }
      @media (max-width: 56rem) { .page { height: calc(100dvh - 3.25rem - var(--space-5) - var(--space-6)); } }
      @media (max-width: 40rem) { .density { display: none; } }
    `,
  ];
  constructor() {
    super();
    list.attach(this);
    new LiveController(this);
    new AppearanceController(this);
  }

  override connectedCallback(): void {
    super.connectedCallback();
    window.addEventListener('vaadin-router-location-changed', this.#readAddress);
    this.#readAddress();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    window.removeEventListener('vaadin-router-location-changed', this.#readAddress);
  }

  override render() {
    return html`<div class="page">
      <page-header heading="Requests">
        One row per request, with all of its attempts.
        <choice-bar slot="actions" class="density" label="Density" .choices=${DENSITIES} .value=${appearance().density} @choose=${this.#setDensity}></choice-bar>
        <button slot="actions" aria-pressed=${list.paused} @click=${() => list.pause(!list.paused)}>
          <ui-icon name=${list.paused ? 'play' : 'pause'}></ui-icon>${list.paused ? 'Resume' : 'Pause'}
        </button>
      </page-header>
      <div>
        <request-filters .filter=${list.filter} .chains=${this.#names(({ chains }) => chains)} .providers=${this.#names(({ target }) => [partsOf(target).provider])}
          @choose=${({ detail }: CustomEvent<RequestFilter>) => this.#choose(detail)} @leave=${this.#goDown}></request-filters>
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
      return html`<request-table .list=${list} .density=${appearance().density}></request-table>`;
    if (searchOf(list.filter) !== '')
      return html`<empty-state icon="requests" heading="No matching requests" text="No stored request matches these filters. New ones appear here.">
        <button @click=${() => this.#choose({})}>Show all requests</button>
      </empty-state>`;
    return html`<empty-state icon="requests" heading="No requests yet" text="Send one. When it ends, it appears here: which targets were tried, which were skipped, and why.">
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

  /** Of the configured targets. */
  #names(of: (target: TargetView) => readonly string[]): readonly string[] {
    return live.status?.targets.flatMap(of) ?? [];
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

  #goDown = (): void => {
    this.renderRoot.querySelector<RequestTable>('request-table')?.focusRow();
  };

  #setDensity = ({ detail }: CustomEvent<Density>): void => {
    setAppearance({ density: detail });
  };
}

declare global {
  interface HTMLElementTagNameMap {
    'page-requests': PageRequests;
  }
}
