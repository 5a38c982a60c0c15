import { css, html, LitElement, nothing } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import type { QuotaView, TargetView } from '../../../../src/contract/admin-api.js';
import type {
  KeyState,
  ProviderKeyView,
  ProviderTypeView,
  ProviderView,
} from '../../../../src/contract/admin-configuration.js';
import type { ProviderTrial } from '../../../../src/contract/models.js';
import { asWritten, quotasOf } from '../../data/providers/providers.js';
import { SOURCES } from '../../data/providers/quotas.js';
import { call } from '../../data/server/client.js';
import { base } from '../../styles/base.js';
import '../common/quota-bar.js';
import '../common/state-badge.js';
import { toastError } from '../common/toast-host.js';
import './trial-result.js';
import '../common/ui-icon.js';

/** Limits that are shown at first. */
const BARS = 4;

/** A provider: its state, its key, its limits and its chains. Fires `edit`, `toggle`, `remove` and `models`. */
@customElement('provider-card')
export class ProviderCard extends LitElement {
  static override styles = [
    base,
    css`
      article { display: grid; gap: var(--space-3); }
      article[data-off] { opacity: 0.85; }
      header { display: flex; justify-content: space-between; align-items: start; gap: var(--space-2) var(--space-3); flex-wrap: wrap; }
      dl { display: flex; flex-wrap: wrap; gap: var(--space-1) var(--space-5); }
      dl div { display: flex; gap: var(--space-2); min-width: 0; }
      dt { color: var(--muted); }
      dd { min-width: 0; overflow-wrap: anywhere; }
      .reason { color: var(--bad); }
      .keys { display: grid; gap: var(--space-1); }
      .keys li { display: flex; flex-wrap: wrap; gap: var(--space-1) var(--space-3); align-items: baseline; overflow-wrap: anywhere; }
      .limits { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(15rem, 100%), 1fr)); gap: var(--space-2) var(--space-4); }
    `,
  ];
  @property({ attribute: false }) provider: ProviderView | undefined;
  @property({ attribute: false }) type: ProviderTypeView | undefined;
  @property({ attribute: false }) targets: readonly TargetView[] = [];
  /** The test result for the settings in `#tried`, which may have changed since. */
  @state() private trial: ProviderTrial | undefined;
  @state() private trying = false;
  @state() private all = false;
  #tried = '';

  override render() {
    const { provider } = this;
    if (provider === undefined) return nothing;
    const { id, enabled, state: stands, reason } = provider;
    const trial = this.#tried === settingsOf(provider) ? this.trial : undefined;
    return html`<article class="card" aria-label="Provider ${id}" ?data-off=${!enabled}>
      <header>
        <div class="row"><h2>${id}</h2><span class="muted">${this.type?.title ?? provider.type}</span><state-badge .state=${stands}></state-badge></div>
        ${this.#actions(provider)}
      </header>
      ${reason === undefined || stands === 'disabled' ? nothing : html`<p class=${stands === 'refused' ? 'reason' : 'muted'}>${reason}</p>`}
      ${this.#facts(provider)}
      ${this.#limits(quotasOf(id, this.targets))}
      <trial-result .trial=${trial} .trying=${this.trying} ?hidden=${trial === undefined && !this.trying}></trial-result>
    </article>`;
  }

  #actions({ id, enabled }: ProviderView) {
    return html`<div class="row">
      <button ?disabled=${this.trying} aria-label="Test ${id}" @click=${this.#try}>Test</button>
      <button aria-label="Models of ${id}" @click=${() => this.#fire('models')}>Models</button>
      <button aria-label="Edit ${id}" @click=${() => this.#fire('edit')}>Edit</button>
      <button aria-label="${enabled ? 'Disable' : 'Enable'} ${id}" @click=${() => this.#fire('toggle')}>${enabled ? 'Disable' : 'Enable'}</button>
      <button class="quiet icon" aria-label="Remove ${id}" title="Remove" @click=${() => this.#fire('remove')}><ui-icon name="trash"></ui-icon></button>
    </div>`;
  }

  #facts({ key, keys, baseUrl, chains }: ProviderView) {
    return html`<dl>
      ${keys === undefined ? html`<div><dt>Key</dt><dd>${this.#key(key)}</dd></div>` : nothing}
      ${baseUrl === undefined ? nothing : html`<div><dt>Base URL</dt><dd><code>${baseUrl}</code></dd></div>`}
      <div><dt>Used by</dt><dd>${chains.length === 0 ? html`<span class="muted">no chain yet</span>` : chains.map((name, index) => html`${index > 0 ? ', ' : ''}<a href="/admin/chains/${encodeURIComponent(name)}">${name}</a>`)}</dd></div>
    </dl>
    ${keys === undefined ? nothing : this.#keys(keys)}`;
  }

  #key({ kind, variable, masked }: KeyState) {
    if (kind === 'none') return this.type?.needsKey === false ? 'none needed' : 'none';
    return html`<code>${kind === 'unset' ? 'not set' : masked}</code>${variable === undefined ? '' : html` <span class="muted">from</span> <code>${variable}</code>`}`;
  }

  #keys(keys: readonly ProviderKeyView[]) {
    const { id } = this.provider as ProviderView;
    return html`<ul class="keys" aria-label="Keys of ${id}">${keys.map(
      (key) =>
        html`<li><b>${key.label}</b><span>${this.#key(key)}</span><state-badge .state=${key.state}></state-badge>${key.reason === undefined || key.state === 'disabled' ? nothing : html`<span class="small muted">${key.reason}</span>`}</li>`,
    )}</ul>`;
  }

  #limits(quotas: readonly QuotaView[]) {
    if (quotas.length === 0) return nothing;
    const { id } = this.provider as ProviderView;
    const shown = this.all ? quotas : quotas.slice(0, BARS);
    return html`<section aria-label="Limits of ${id}">
      <div class="limits">${shown.map((quota) => html`<div><quota-bar .quota=${quota}></quota-bar><p class="small muted clip" title=${quota.scope}>${quota.scope === id ? 'whole account' : quota.scope.slice(id.length + 1)} · ${SOURCES[quota.source]}</p></div>`)}</div>
      ${quotas.length > BARS ? html`<button class="quiet" aria-expanded=${this.all} @click=${() => (this.all = !this.all)}>${this.all ? 'Fewer limits' : `${quotas.length - BARS} more limits`}</button>` : nothing}
    </section>`;
  }

  #try = async (): Promise<void> => {
    const { provider } = this;
    if (provider === undefined) return;
    this.trying = true;
    this.trial = undefined;
    this.#tried = settingsOf(provider);
    try {
      this.trial = await call('POST /providers/try', { body: { id: provider.id } });
    } catch (error) {
      toastError(error);
    }
    this.trying = false;
  };

  #fire(type: 'edit' | 'toggle' | 'remove' | 'models'): void {
    this.dispatchEvent(new CustomEvent(type));
  }
}

const settingsOf = (provider: ProviderView): string => JSON.stringify(asWritten(provider));

declare global {
  interface HTMLElementTagNameMap {
    'provider-card': ProviderCard;
  }
}
