import { css, html, LitElement, nothing } from 'lit';
import { customElement, state } from 'lit/decorators.js';
import { keyed } from 'lit/directives/keyed.js';
import type { ProviderTypeView } from '../../../src/contract/admin-configuration.js';
import type { TryReply } from '../../../src/contract/models.js';
import { onDemand } from '../components/common/on-demand.js';
import type { SavedProvider } from '../components/welcome/welcome-key.js';
import { groupsOf, nextFreeKey } from '../data/providers/offers.js';
import { loadProviders, type Providers } from '../data/providers/providers.js';
import { Resource } from '../data/server/resource.js';
import {
  addressOf,
  isReached,
  keepProgress,
  keptProgress,
  type Progress,
  STEPS,
  type Step,
  stepOf,
} from '../data/welcome.js';
import { base } from '../styles/base.js';
import '../components/common/load-state.js';
import '../components/common/page-header.js';
import '../components/providers/type-cards.js';
import '../components/welcome/welcome-keyless.js';

/** The scripts of the steps after the first. */
const SCRIPTS: Readonly<Record<Step, () => Promise<unknown>>> = {
  type: () => Promise.resolve(),
  key: () => import('../components/welcome/welcome-key.js'),
  models: () => import('../components/welcome/welcome-models.js'),
  try: () => import('../components/welcome/welcome-prompt.js'),
  connect: () => import('../components/welcome/welcome-connect.js'),
};

const TITLES: Readonly<Record<Step, string>> = {
  type: 'Pick a provider',
  key: 'Paste its key',
  models: 'Fill a chain',
  try: 'Send a prompt',
  connect: 'Connect',
};

/** Guides from no provider to an answer, step by step. The address has the step; the tab keeps the rest. */
@customElement('page-welcome')
class PageWelcome extends LitElement {
  static override styles = [
    base,
    css`
      nav ol { display: flex; gap: var(--space-1) var(--space-2); flex-wrap: wrap; margin-bottom: var(--space-4); counter-reset: step; }
      nav li { display: flex; align-items: center; gap: var(--space-2); counter-increment: step; color: var(--muted); }
      nav li + li::before { content: ''; width: 1.25rem; border-top: 1px solid var(--line-strong); }
      nav li > * { display: inline-flex; gap: var(--space-2); padding: var(--space-1) var(--space-2); border-radius: var(--radius-s); }
      nav li > *::before { content: counter(step) '.'; font-variant-numeric: tabular-nums; }
      nav [aria-current] { background: var(--accent-soft); color: var(--accent); font-weight: 550; text-decoration: none; }
      @media (max-width: 48rem) { nav li + li::before { display: none; } }
      .have { display: flex; gap: var(--space-2); flex-wrap: wrap; align-items: center; }
    `,
  ];
  @state() private progress: Progress = keptProgress(location.search);
  /** The step on the page; absent until its script is loaded. */
  @state() private step: Step | undefined;
  /** The test result of the provider that was just saved. */
  @state() private trial: TryReply | undefined;
  readonly #providers = new Resource<Providers>(this, loadProviders);

  override connectedCallback(): void {
    super.connectedCallback();
    window.addEventListener('vaadin-router-location-changed', this.#located);
    this.#located();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    window.removeEventListener('vaadin-router-location-changed', this.#located);
  }

  override render() {
    const { value } = this.#providers;
    return html`
      <page-header heading="Welcome">From nothing to an answer in two minutes: begin without a key, then add free keys. 429chain sends data only to the providers that you choose.</page-header>
      <nav aria-label="Steps"><ol>${STEPS.map((step) => this.#link(step))}</ol></nav>
      <load-state .of=${this.#providers}>${value === undefined ? nothing : this.#content(value)}</load-state>`;
  }

  #link(step: Step) {
    const here = step === this.step;
    const reached = here || isReached(step, this.progress);
    return html`<li>${reached ? html`<a href="/admin/welcome${addressOf(step, this.progress)}" aria-current=${here ? 'step' : nothing}>${TITLES[step]}</a>` : html`<span>${TITLES[step]}</span>`}</li>`;
  }

  #content(providers: Providers) {
    const { provider = '', chosen, chain = '' } = this.progress;
    switch (this.step) {
      case 'type':
        return this.#types(providers);
      case 'key':
        return this.#key(providers);
      case 'models':
        return html`<welcome-models provider=${provider} .providers=${providers} .trial=${this.trial} .chosen=${chosen} @chosen=${(event: CustomEvent) => this.#keep({ chosen: event.detail })} @saved=${this.#chainSaved}></welcome-models>`;
      case 'try':
        return html`<welcome-prompt ?hasKey=${this.progress.provider !== undefined} chain=${chain} @next=${() => this.#go('connect')}></welcome-prompt>`;
      case undefined:
        return nothing;
      default:
        return html`<welcome-connect chain=${chain}></welcome-connect>`;
    }
  }

  #types(loaded: Providers) {
    const { types, providers } = loaded;
    const usable = providers.filter(({ state: stands }) => stands === 'usable');
    const isBegun = providers.some((each) => types.some(({ type, keyless }) => keyless && type === each.type));
    return html`<div class="stack">
      ${usable.length === 0 ? nothing : html`<div class="have"><span>Already added:</span>${usable.map(({ id }) => html`<button @click=${() => this.#use(id)}>Models of ${id}</button>`)}</div>`}
      ${isBegun ? nothing : html`<welcome-keyless .providers=${loaded} @saved=${this.#chainSaved}></welcome-keyless>`}
      ${groupsOf(types).map(
        ({ title, text, types: group }) => html`<section class="stack" aria-label=${title}>
        <div><h2>${title}</h2><p class="muted">${text}</p></div>
        <type-cards label=${title} .types=${group} .chosen=${this.progress.type ?? ''} @choose=${this.#typeChosen}></type-cards>
      </section>`,
      )}
    </div>`;
  }

  #key(loaded: Providers) {
    const { type = '', provider = '' } = this.progress;
    const next = nextFreeKey(type, loaded.types, loaded.providers);
    const chosen = loaded.types.find((each) => each.type === type);
    return html`<div class="stack">
      ${keyed(type, html`<welcome-key .type=${chosen} .providers=${loaded} saved=${provider} @saved=${this.#keySaved}></welcome-key>`)}
      <div class="row">
        ${next === undefined || next.type === type ? nothing : html`<button @click=${() => this.#choose(next.type)}>Skip: ${next.title} is next</button>`}
        <a class="button" href="/admin/">I have enough</a>
      </div>
    </div>`;
  }

  #typeChosen = ({ detail: { type } }: CustomEvent<ProviderTypeView>): void => this.#choose(type);

  #choose(type: string): void {
    // Another type is another provider. The saved provider stays, with its models in the chain.
    this.#keep(type === this.progress.type ? {} : { type, provider: undefined });
    this.#go('key');
  }

  #use(provider: string): void {
    this.#keep({ provider });
    this.trial = undefined;
    this.#go('models');
  }

  #keySaved = ({ detail: { id, trial } }: CustomEvent<SavedProvider>): void => {
    this.#keep({ provider: id });
    this.trial = trial;
    this.#go('models');
    void this.#providers.reload();
  };

  #chainSaved = ({ detail: chain }: CustomEvent<string>): void => {
    this.#keep({ chain, chosen: undefined });
    this.#go('try');
    void this.#providers.reload();
  };

  #keep(change: Partial<Progress>): void {
    this.progress = { ...this.progress, ...change };
    keepProgress(this.progress);
  }

  #go(step: Step): void {
    history.pushState(null, '', addressOf(step, this.progress));
    this.#located();
  }

  #located = (): void => {
    const step = stepOf(location.search, this.progress);
    onDemand(async () => {
      await SCRIPTS[step]();
      // The user may have gone elsewhere in the meantime.
      if (step !== stepOf(location.search, this.progress)) return;
      this.step = step;
      window.scrollTo(0, 0);
    });
  };
}

declare global {
  interface HTMLElementTagNameMap {
    'page-welcome': PageWelcome;
  }
}
