import { css, html, LitElement } from 'lit';
import { customElement } from 'lit/decorators.js';
import { repeat } from 'lit/directives/repeat.js';
import type { FreeToday, QuotaView, StatusReport, TargetView } from '../../../src/contract/admin-api.js';
import type { ChainsReply, ChainView } from '../../../src/contract/admin-configuration.js';
import type { LiveEvent } from '../../../src/contract/events.js';
import type { InspectionReply } from '../../../src/contract/inspection.js';
import type { RequestRecord } from '../../../src/contract/requests.js';
import { toast, toastError } from '../components/common/toast-host.js';
import { Folds } from '../data/browser/folds.js';
import { chainStateOf, viewsOf } from '../data/chains/chain-state.js';
import { counted, shortNumber } from '../data/format.js';
import { findingsText, needsWork } from '../data/providers/inspection.js';
import { pinLimit } from '../data/providers/limits.js';
import { Today } from '../data/requests/today.js';
import { call } from '../data/server/client.js';
import { LiveController, live } from '../data/server/feed.js';
import { Resource } from '../data/server/resource.js';
import { changedElsewhere } from '../data/server/saving.js';
import { base } from '../styles/base.js';
import '../components/overview/capacity-bar.js';
import '../components/overview/chain-flow.js';
import '../components/common/empty-state.js';
import '../components/common/figure-tile.js';
import '../components/common/load-state.js';
import '../components/common/page-header.js';
import '../components/common/ui-icon.js';
import '../components/overview/recent-requests.js';

const RECENT = 12;
/** The totals of the day are read again. Between, the live feed brings what ended since. */
const FIGURES_EVERY_MS = 5_000;
/** Above this number of chains, only the default chain is unfolded at first. */
const MOST_OPEN = 6;

interface Loaded {
  readonly status: StatusReport;
  readonly chains: ChainsReply;
  readonly recent: readonly RequestRecord[];
  readonly inspection: InspectionReply;
}

@customElement('page-overview')
class PageOverview extends LitElement {
  static override styles = [
    base,
    css`
      .columns { display: grid; grid-template-columns: minmax(0, 1fr) minmax(0, 22rem); gap: var(--space-4); align-items: start; }
      .chains { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(44rem, 100%), 1fr)); gap: var(--space-3); align-items: start; }
      .figures { display: grid; grid-template-columns: repeat(4, minmax(0, 1fr)); gap: var(--space-3); }
      .line { display: block; min-height: 1.45em; }
      @media (max-width: 56rem) { .figures { grid-template-columns: repeat(2, minmax(0, 1fr)); } }
      .changes { display: flex; gap: var(--space-2); }
      aside { position: sticky; top: var(--space-4); }
      @media (max-width: 72rem) { .columns { grid-template-columns: minmax(0, 1fr); } aside { position: static; } }
    `,
  ];
  readonly #first = new Resource<Loaded>(this, async (signal) => {
    const [status, chains, recent, inspection] = await Promise.all([
      call('GET /status', { signal }),
      call('GET /chains', { signal }),
      call('GET /requests', { query: { limit: RECENT }, signal }),
      call('GET /inspection', { signal }),
    ]);
    return { status, chains, recent: recent.requests, inspection };
  });
  readonly #today = new Today();
  readonly #folds = new Folds('overview');
  #timer: ReturnType<typeof setInterval> | undefined;

  constructor() {
    super();
    new LiveController(this, (event) => this.#onEvent(event));
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.#timer = setInterval(() => {
      // Another load would abort a pending one, which a slow server could then never finish.
      if (!document.hidden && !this.#first.loading) void this.#first.reload();
    }, FIGURES_EVERY_MS);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    clearInterval(this.#timer);
  }

  override render() {
    const { value } = this.#first;
    return html`<page-header heading="Overview"><span class="line">${value === undefined || value.chains.chains.length === 0 ? '' : this.#line(value)}</span></page-header>
      <load-state .of=${this.#first}>${value === undefined ? '' : this.#content(value)}</load-state>`;
  }

  #line({ status }: Loaded) {
    const { targets, waiting } = live.status ?? status;
    const ready = targets.filter(({ state }) => state === 'available' || state === 'tracking');
    const failing = ready.filter(({ health }) => health?.state === 'failing').length;
    return html`${ready.length - failing} of ${counted(targets.length, 'target')} available${failing > 0 ? html` · ${failing} failing` : ''}${waiting > 0 ? html` · ${counted(waiting, 'request waits', 'requests wait')} for capacity` : ''}`;
  }

  #content({ status, chains, recent, inspection }: Loaded) {
    const { targets } = live.status ?? status;
    if (chains.chains.length === 0) return this.#empty();
    return html`
      <div class="stack">
        ${this.#changes(inspection)}
        ${status.ledger === undefined ? '' : html`<p class=${status.ledger.connected ? 'muted small' : 'small'}>${status.ledger.summary}</p>`}
        <section class="card" aria-label="Free capacity"><capacity-bar .targets=${targets}></capacity-bar></section>
        ${this.#figures(status)}
        <div class="columns">
          <div class="chains">${repeat(
            chains.chains,
            ({ name }) => name,
            (chain) => this.#chain(chain, chains, targets),
          )}</div>
          ${this.#recent(recent)}
        </div>
      </div>`;
  }

  #empty() {
    return html`<empty-state heading="No chain yet" text="A chain lists the models that answer your requests. Create one in two minutes: without any key, or with a free one.">
      <a class="button primary" href="/admin/welcome">Create the first chain</a>
    </empty-state>`;
  }

  #changes({ latest }: InspectionReply) {
    const findings = latest?.findings ?? [];
    if (findings.length === 0) return '';
    const icon = needsWork(findings) ? html`<ui-icon name="warning" class="warn"></ui-icon>` : '';
    return html`<p class="changes">${icon}<span>Changes at your providers: ${findingsText(findings)}. <a href="/admin/providers">See what to do</a></span></p>`;
  }

  #figures(status: StatusReport) {
    const { free, log } = status;
    const figures = this.#today.figures(status);
    if (figures === undefined) return '';
    const { requests, saved, avoided, rateLimited, promptTokens, completionTokens } = figures;
    return html`<section class="figures" aria-label="Today">
      <figure-tile label="Requests today" value=${shortNumber(requests)}>${shortNumber(saved)} rescued by fallback</figure-tile>
      <figure-tile label="429s avoided today" value=${shortNumber(avoided)}>targets at their limit, skipped without a call</figure-tile>
      <figure-tile label="429s hit today" value=${shortNumber(rateLimited)}>${rateLimited === 0 ? 'no limit hit' : 'the next target was tried'}</figure-tile>
      <figure-tile label="Tokens today" value=${shortNumber(promptTokens + completionTokens)}>${freeText(free)}</figure-tile>
    </section>
    ${log?.failing === undefined ? '' : html`<p class="problem" role="alert">Requests cannot be logged: ${log.failing}. They are answered all the same.</p>`}`;
  }

  #chain(chain: ChainView, { chains, defaultChain }: ChainsReply, all: readonly TargetView[]) {
    const { name, targets } = chain;
    const isDefault = name === defaultChain;
    const isOpen = this.#folds.isOpen(name, isDefault || chains.length <= MOST_OPEN);
    const fold = (): void => {
      this.#folds.set([name], !isOpen);
      this.requestUpdate();
    };
    const views = isOpen ? targets.flatMap(({ target }) => viewsOf(target, all)) : [];
    const state = isOpen ? undefined : chainStateOf(chain, all);
    return html`<chain-flow name=${name} ?isDefault=${isDefault} ?open=${isOpen} .targets=${views} .state=${state} @fold=${fold} @lift=${this.#lift} @pin=${this.#pin}></chain-flow>`;
  }

  #recent(before: readonly RequestRecord[]) {
    const fresh = live.recent.filter(({ id, at }) => !before.some((each) => each.id === id && each.at === at));
    const requests = [...fresh, ...before].sort((one, other) => other.at - one.at).slice(0, RECENT);
    return html`<aside class="card stack" aria-label="Recent requests">
      <div class="row between"><h2>Recent requests</h2><a class="small" href="/admin/requests">All requests</a></div>
      ${requests.length === 0 ? html`<p class="muted">None yet. <a href="/admin/playground">Send one in the playground</a>, or <a href="/admin/connect">connect a program</a>.</p>` : html`<recent-requests places=${RECENT} .requests=${requests}></recent-requests>`}
    </aside>`;
  }

  #onEvent(event: LiveEvent | undefined): void {
    if (event !== undefined && this.#today.heard(event) && !this.#first.loading) void this.#first.reload();
    if (event?.type !== 'changes') return;
    for (const request of event.requests) {
      [...this.renderRoot.querySelectorAll('chain-flow')].find(({ name }) => name === request.chain)?.flow(request);
    }
  }

  #lift = async ({ detail: target }: CustomEvent<string>): Promise<void> => {
    try {
      await call('POST /cooldowns/lift', { body: { target } });
      toast({ text: `${target} can be used again.` });
    } catch (error) {
      toastError(error);
    }
  };

  #pin = async ({ detail: quota }: CustomEvent<QuotaView>): Promise<void> => {
    const { scope, limit } = quota;
    const { value } = this.#first;
    if (limit === undefined || value === undefined) return;
    try {
      await pinLimit({ ...quota, limit }, value.chains.revision);
      toast({ text: `The limit of ${scope} is written down in the configuration.` });
    } catch (error) {
      toastError(changedElsewhere(error, `The limit of ${scope}`));
    }
    await this.#first.reload();
  };
}

const freeText = ({ tokens, requests }: FreeToday): string => {
  const parts = [
    ...(tokens === undefined ? [] : [`${shortNumber(tokens.used)} of ${shortNumber(tokens.limit)} free tokens`]),
    ...(requests === undefined
      ? []
      : [`${shortNumber(requests.used)} of ${shortNumber(requests.limit)} free requests`]),
  ];
  return parts.length === 0 ? 'no daily limit is known' : `${parts.join(' and ')} used, of those known`;
};

declare global {
  interface HTMLElementTagNameMap {
    'page-overview': PageOverview;
  }
}
