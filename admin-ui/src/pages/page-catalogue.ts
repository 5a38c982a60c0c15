import { css, html, LitElement, nothing } from 'lit';
import { customElement, state } from 'lit/decorators.js';
import { repeat } from 'lit/directives/repeat.js';
import type { ProviderTypeView } from '../../../src/contract/admin-configuration.js';
import type { CatalogueReply } from '../../../src/contract/catalogue.js';
import { onDemand } from '../components/common/on-demand.js';
import { toast } from '../components/common/toast-host.js';
import { type CatalogueFilter, filterOf, fits, searchOf, WHOLE } from '../data/catalogue/catalogue-filter.js';
import { counted } from '../data/format.js';
import { loadProviders, type Providers } from '../data/providers/providers.js';
import { call } from '../data/server/client.js';
import { LiveController } from '../data/server/feed.js';
import { Resource } from '../data/server/resource.js';
import { base } from '../styles/base.js';
import '../components/catalogue/catalogue-entry.js';
import '../components/catalogue/catalogue-filters.js';
import '../components/common/empty-state.js';
import '../components/common/load-state.js';
import '../components/common/page-header.js';

const PATH = '/admin/catalogue';

interface Loaded extends Providers {
  readonly catalogue: CatalogueReply['providers'];
}

/** What each provider gives for free, with its sources. The filter is a part of the address. */
@customElement('page-catalogue')
class PageCatalogue extends LitElement {
  static override styles = [
    base,
    css`
      .list { padding: 0; }
      .list li + li { border-top: 1px solid var(--line); }
      .note { max-width: 46rem; }
    `,
  ];
  @state() private filter: CatalogueFilter = WHOLE;
  /** The type whose provider is being added. */
  @state() private adding: ProviderTypeView | undefined;
  readonly #loaded = new Resource<Loaded>(this, async (signal) => {
    const [{ providers: catalogue }, providers] = await Promise.all([
      call('GET /catalogue', { signal }),
      loadProviders(signal),
    ]);
    return { ...providers, catalogue };
  });

  constructor() {
    super();
    new LiveController(this, (event) => {
      // The configuration may have changed.
      if (event?.type === 'status' && !this.#loaded.loading) void this.#loaded.reload();
    });
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
    const { value } = this.#loaded;
    return html`<page-header heading="Catalogue">What each provider gives for free, and where that was read.</page-header>
      <load-state .of=${this.#loaded}>${value === undefined ? nothing : this.#content(value)}</load-state>`;
  }

  #content(loaded: Loaded) {
    const { catalogue, types } = loaded;
    const found = catalogue.filter((entry) => fits(entry, this.filter));
    return html`<div class="stack">
        <catalogue-filters .filter=${this.filter} @choose=${({ detail }: CustomEvent<CatalogueFilter>) => this.#choose(detail)}></catalogue-filters>
        <p class="small muted note"><span role="status">${found.length === catalogue.length ? counted(found.length, 'provider') : `${found.length} of ${counted(catalogue.length, 'provider')}`}.</span> ${ageNote(catalogue)}</p>
        ${found.length === 0 ? this.#empty(catalogue.length) : this.#list(found, types)}
      </div>
      ${this.adding === undefined ? nothing : html`<provider-dialog .providers=${loaded} .type=${this.adding} @saved=${this.#saved} @close=${() => (this.adding = undefined)}></provider-dialog>`}`;
  }

  #list(entries: CatalogueReply['providers'], types: readonly ProviderTypeView[]) {
    return html`<ul class="list card">${repeat(
      entries,
      ({ id }) => id,
      (entry) => {
        const type = types.find((each) => each.type === entry.type);
        return html`<li><catalogue-entry .entry=${entry} ?addable=${type !== undefined} @add=${() => type !== undefined && this.#add(type)}></catalogue-entry></li>`;
      },
    )}</ul>`;
  }

  #empty(count: number) {
    return html`<empty-state icon="search" heading="No provider fits" text="No entry has all that you chose. Clear the filter to see all ${count} again.">
      <button @click=${() => this.#choose(WHOLE)}>Clear the filter</button>
    </empty-state>`;
  }

  #add(type: ProviderTypeView): void {
    onDemand(() => import('../components/providers/provider-dialog.js'));
    this.adding = type;
  }

  #choose(filter: CatalogueFilter): void {
    this.filter = filter;
    history.replaceState(history.state, '', `${PATH}${searchOf(filter)}`);
  }

  #readAddress = (): void => {
    if (location.pathname === PATH) this.filter = filterOf(location.search);
  };

  #saved = async ({ detail: id }: CustomEvent<string>): Promise<void> => {
    this.adding = undefined;
    await this.#loaded.reload();
    toast({ text: `${id} is added. Put its models into a chain next.` });
  };
}

const ageNote = (catalogue: CatalogueReply['providers']): string => {
  const old = catalogue.filter(({ mayBeOutOfDate }) => mayBeOutOfDate).length;
  if (old === 0) return '';
  return `${counted(old, 'entry was', 'entries were')} read more than 60 days ago and may be out of date; 429chain goes by the limits that it measures.`;
};

declare global {
  interface HTMLElementTagNameMap {
    'page-catalogue': PageCatalogue;
  }
}
