import { css, html, LitElement, nothing, type PropertyValues } from 'lit';
import { customElement, state } from 'lit/decorators.js';
import type { ProviderView, Writable } from '../../../src/contract/admin-configuration.js';
import type { CatalogueReply } from '../../../src/contract/catalogue.js';
import type { LiveEvent } from '../../../src/contract/events.js';
import type { InspectionReply } from '../../../src/contract/inspection.js';
import { onDemand } from '../components/common/on-demand.js';
import { toast } from '../components/common/toast-host.js';
import { confirm } from '../components/dialogs/confirm-dialog.js';
import { counted } from '../data/format.js';
import {
  asWritten,
  held,
  loadProviders,
  type Providers,
  removeProvider,
  saveProvider,
  unchanged,
} from '../data/providers/providers.js';
import { ApiError, call } from '../data/server/client.js';
import { LiveController, live } from '../data/server/feed.js';
import { Resource } from '../data/server/resource.js';
import { changedElsewhere } from '../data/server/saving.js';
import { base } from '../styles/base.js';
import '../components/common/empty-state.js';
import '../components/common/load-state.js';
import '../components/providers/inspection-panel.js';
import '../components/common/page-header.js';
import '../components/providers/provider-list.js';
import '../components/saving/save-problem.js';
import '../components/saving/writable-note.js';
import '../components/dialogs/ui-dialog.js';
import '../components/common/ui-icon.js';

/** What happened last at the providers is read again so soon after a change. */
const REFRESH_MS = 1_000;

interface Loaded extends Providers {
  readonly catalogue: CatalogueReply['providers'];
  readonly inspection: InspectionReply;
  readonly writable: Writable;
}

type Window =
  | { readonly kind: 'add' }
  | { readonly kind: 'edit' | 'models' | 'in-use'; readonly provider: ProviderView };

@customElement('page-providers')
class PageProviders extends LitElement {
  static override styles = [base, css`.uses { display: grid; gap: var(--space-1); }`];
  @state() private window: Window | undefined;
  /** Why the last change was not saved. */
  @state() private problem: unknown;
  /** The disabled targets at the last event. */
  #off = '';
  /** Ids of the providers whose change is being saved. */
  readonly #changing = new Set<string>();
  #refreshing: ReturnType<typeof setTimeout> | undefined;
  readonly #providers = new Resource<Loaded>(this, async (signal) => {
    const [providers, { providers: catalogue }, inspection, { writable }] = await Promise.all([
      loadProviders(signal),
      call('GET /catalogue', { signal }),
      call('GET /inspection', { signal }),
      call('GET /configuration', { signal }),
    ]);
    return { ...providers, catalogue, inspection, writable };
  });

  constructor() {
    super();
    new LiveController(this, (event) => {
      if (event !== undefined) this.#follow(event);
    });
  }

  /** Reloads the providers when a key is refused or the configuration changes. */
  #follow(event: LiveEvent): void {
    const off = (live.status?.targets ?? [])
      .filter(({ state: stands }) => stands === 'disabled')
      .map(({ target }) => target);
    const before = this.#off;
    this.#off = off.join(' ');
    if (event.type === 'status' || this.#off !== before) void this.#providers.reload();
    else if (event.targets.length > 0) this.#refreshing ??= setTimeout(this.#refresh, REFRESH_MS);
  }

  /** Reads again what happened last at the providers. */
  readonly #refresh = async (): Promise<void> => {
    this.#refreshing = undefined;
    if (this.#providers.loading || !this.isConnected) return;
    try {
      const reply = await call('GET /providers');
      const { value } = this.#providers;
      if (value?.revision === reply.revision && !this.#providers.loading)
        this.#providers.value = { ...value, ...reply };
      this.requestUpdate();
    } catch {
      // The connection state says so, and the next event tries again.
    }
  };

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    clearTimeout(this.#refreshing);
    this.#refreshing = undefined;
  }

  override updated(changed: PropertyValues): void {
    if (!changed.has('window') || this.window === undefined) return;
    onDemand(() =>
      Promise.all([
        import('../components/providers/provider-dialog.js'),
        import('../components/providers/models-dialog.js'),
      ]),
    );
  }

  override render() {
    const { value } = this.#providers;
    return html`
      <page-header heading="Providers">
        The accounts that answer for you. Their keys stay on the server.
        ${value === undefined || value.providers.length === 0 ? nothing : html`<button slot="actions" class="primary" @click=${() => (this.window = { kind: 'add' })}><ui-icon name="plus"></ui-icon>Add a provider</button>`}
      </page-header>
      <load-state .of=${this.#providers}>${value === undefined ? nothing : this.#content(value)}</load-state>`;
  }

  #content(providers: Loaded) {
    return html`<div class="stack">
        <writable-note .writable=${providers.writable}></writable-note>
        <save-problem .error=${this.problem}></save-problem>
        ${providers.providers.length === 0 ? nothing : html`<inspection-panel .reply=${providers.inspection} @looked=${() => this.#providers.reload()}></inspection-panel>`}
        ${providers.providers.length === 0 ? this.#empty() : this.#list(providers)}
      </div>
      ${this.#open(providers)}`;
  }

  #list({ providers, types, catalogue }: Loaded) {
    return html`<provider-list
      .providers=${providers}
      .types=${types}
      .catalogue=${catalogue}
      .targets=${live.status?.targets ?? []}
      @edit=${({ detail: provider }: CustomEvent<ProviderView>) => (this.window = { kind: 'edit', provider })}
      @models=${({ detail: provider }: CustomEvent<ProviderView>) => (this.window = { kind: 'models', provider })}
      @toggle=${({ detail: provider }: CustomEvent<ProviderView>) => this.#toggle(provider)}
      @remove=${({ detail: provider }: CustomEvent<ProviderView>) => this.#remove(provider)}
      @tried=${this.#refresh}
    ></provider-list>`;
  }

  #empty() {
    return html`<empty-state icon="provider" heading="No provider yet" text="Add an account at a provider with a free tier, or a server of your own. You are led through it in two minutes.">
      <a class="button primary" href="/admin/welcome">Add your first provider</a>
      <button @click=${() => (this.window = { kind: 'add' })}>I know my way</button>
    </empty-state>`;
  }

  #open(providers: Providers) {
    const { window } = this;
    const close = () => (this.window = undefined);
    switch (window?.kind) {
      case 'add':
        return html`<provider-dialog .providers=${providers} @saved=${this.#saved} @close=${close}></provider-dialog>`;
      case 'edit':
        return html`<provider-dialog .providers=${providers} .provider=${window.provider} @saved=${this.#saved} @close=${close}></provider-dialog>`;
      case 'models':
        return html`<models-dialog provider=${window.provider.id} @close=${close}></models-dialog>`;
      case 'in-use':
        return html`<ui-dialog heading="${window.provider.id} is in use" @close=${close}>
          <div class="stack">
            <p>${counted(window.provider.chains.length, 'chain uses', 'chains use')} it. Take its models out of there first, or disable it: then it is skipped.</p>
            <ul class="uses">${window.provider.chains.map((name) => html`<li><a href="/admin/chains/${encodeURIComponent(name)}">${name}</a></li>`)}</ul>
          </div>
          <button slot="actions" @click=${close}>Close</button>
        </ui-dialog>`;
      default:
        return nothing;
    }
  }

  #saved = async ({ detail: id }: CustomEvent<string>): Promise<void> => {
    const { window } = this;
    const isNew = window?.kind === 'add';
    // Until the new state is here, "Edit" would open the old one.
    await this.#providers.reload();
    if (this.window === window) this.window = undefined;
    toast({ text: isNew ? `${id} is added. Put its models into a chain next.` : `${id} is saved and in effect.` });
  };

  async #toggle(provider: ProviderView): Promise<void> {
    const { id, enabled } = provider;
    const change = { ...unchanged(asWritten(provider)), enabled: !enabled };
    const done = await this.#attempt(id, () => saveProvider(id, this.#held(id), change));
    const undo = { label: 'Undo', run: () => this.#switchBack(id) };
    if (done) toast({ text: enabled ? `${id} is disabled: chains skip it.` : `${id} is enabled.`, action: undo });
  }

  async #switchBack(id: string): Promise<void> {
    const provider = this.#providers.value?.providers.find((each) => each.id === id);
    if (provider !== undefined) await this.#toggle(provider);
  }

  async #remove(provider: ProviderView): Promise<void> {
    const { id, chains, key } = provider;
    if (chains.length > 0) {
      this.window = { kind: 'in-use', provider };
      return;
    }
    const left = key.variable === undefined ? '' : ` ${key.variable} stays where it is set.`;
    const text = `No chain uses it. Its settings go from the configuration.${left}`;
    if (!(await confirm({ heading: `Remove ${id}?`, text, yes: 'Remove', danger: true }))) return;
    if (await this.#attempt(id, () => removeProvider(id, this.#held(id)))) toast({ text: `${id} is removed.` });
  }

  /** Makes a change and reloads the providers. @returns whether the change succeeded */
  async #attempt(id: string, change: () => Promise<unknown>): Promise<boolean> {
    // The second click of a double click would be for an outdated state.
    if (this.#changing.has(id)) return false;
    this.#changing.add(id);
    this.problem = undefined;
    try {
      await change();
      return true;
    } catch (error) {
      this.problem = changedElsewhere(error, id);
      return false;
    } finally {
      await this.#providers.reload();
      this.#changing.delete(id);
      const provider = this.#providers.value?.providers.find((each) => each.id === id);
      const inUse = this.problem instanceof ApiError && this.problem.code === 'in_use';
      if (inUse && provider !== undefined) {
        this.problem = undefined;
        this.window = { kind: 'in-use', provider };
      }
    }
  }

  #held(id: string) {
    return held(this.#providers.value as Providers, id);
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'page-providers': PageProviders;
  }
}
