import { css, html, LitElement, nothing } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { ref } from 'lit/directives/ref.js';
import { repeat } from 'lit/directives/repeat.js';
import type { TargetView } from '../../../../src/contract/admin-api.js';
import type { ProviderTypeView, ProviderView } from '../../../../src/contract/admin-configuration.js';
import type { CatalogueReply } from '../../../../src/contract/catalogue.js';
import { Folds } from '../../data/browser/folds.js';
import { counted } from '../../data/format.js';
import { providersWith } from '../../data/providers/provider-filter.js';
import { base } from '../../styles/base.js';
import { VirtualRows } from '../lists/virtual-rows.js';
import type { ProviderCard } from './provider-card.js';
import './provider-card.js';

/** Up to so many providers are unfolded, unless the user folds them. */
const MOST_OPEN = 5;
/** The height of a folded provider, px. */
const FOLDED = 58;

/**
 * All providers, to search, fold and unfold. Only the visible ones are in the document. Fires `edit`, `models`, `toggle`,
 * `remove` and `tried` (detail: the provider).
 */
@customElement('provider-list')
export class ProviderList extends LitElement {
  static override styles = [
    base,
    css`
      .search { flex: 1 1 14rem; max-width: 28rem; }
      .tools { margin-bottom: var(--space-3); }
      .fold { min-width: 6.5rem; }
      [data-row] { padding-bottom: var(--space-2); }
    `,
  ];
  @property({ attribute: false }) providers: readonly ProviderView[] = [];
  @property({ attribute: false }) types: readonly ProviderTypeView[] = [];
  @property({ attribute: false }) catalogue: CatalogueReply['providers'] = [];
  @property({ attribute: false }) targets: readonly TargetView[] = [];
  @state() private text = '';
  readonly #folds = new Folds('providers');
  #found: readonly ProviderView[] = [];
  readonly #rows = new VirtualRows(this, () => ({
    count: this.#found.length,
    height: FOLDED,
    keyOf: (index) => this.#found[index]?.id,
  }));

  override willUpdate(): void {
    this.#found = providersWith(this.text, this.providers, this.targets);
  }

  override render() {
    const { first, last } = this.#rows.range;
    const rows = this.#found.slice(first, last).map((provider, index) => ({ provider, index: first + index }));
    return html`
      ${this.providers.length > 1 ? this.#tools() : nothing}
      ${this.#found.length === 0 ? html`<p class="muted">No provider matches “<bdi>${this.text}</bdi>”. <button class="quiet" @click=${() => (this.text = '')}>Show all</button></p>` : nothing}
      <div ${ref(this.#rows.attachToPage)}>
        <div .style=${`height: ${this.#rows.above}px`}></div>
        ${repeat(
          rows,
          ({ provider }) => provider.id,
          ({ provider, index }) => html`<div data-row=${index}>${this.#card(provider)}</div>`,
        )}
        <div .style=${`height: ${this.#rows.below}px`}></div>
      </div>`;
  }

  #tools() {
    const found = this.#found;
    const anyOpen = found.some((provider) => this.#isOpen(provider));
    const all = counted(this.providers.length, 'provider');
    return html`<div class="row tools" role="search" aria-label="Providers">
      <input class="search" type="search" aria-label="Search providers" title="Words of names, models, chains, states and errors" placeholder="Search ${all}" .value=${this.text} @input=${(event: InputEvent) => (this.text = (event.target as HTMLInputElement).value)} />
      <button class="fold" @click=${() => this.#fold(found, !anyOpen)}>${anyOpen ? 'Fold all' : 'Unfold all'}</button>
      <span class="small muted" role="status">${this.text === '' ? '' : `${found.length} of ${all}`}</span>
    </div>`;
  }

  #card(provider: ProviderView) {
    const open = this.#isOpen(provider);
    return html`<provider-card
      ?open=${open}
      .provider=${provider}
      .type=${this.types.find(({ type }) => type === provider.type)}
      .offer=${this.catalogue.find(({ type }) => type === provider.type)}
      .targets=${this.targets}
      @fold=${() => this.#fold([provider], !open)}
      @edit=${this.#passOn}
      @models=${this.#passOn}
      @toggle=${this.#passOn}
      @remove=${this.#passOn}
      @tried=${this.#passOn}
    ></provider-card>`;
  }

  #passOn = ({ type, currentTarget }: Event): void => {
    this.dispatchEvent(new CustomEvent(type, { detail: (currentTarget as ProviderCard).provider }));
  };

  #isOpen({ id }: ProviderView): boolean {
    return this.#folds.isOpen(id, this.providers.length <= MOST_OPEN);
  }

  #fold(providers: readonly ProviderView[], isOpen: boolean): void {
    this.#folds.set(
      providers.map(({ id }) => id),
      isOpen,
    );
    this.requestUpdate();
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'provider-list': ProviderList;
  }
}
