import { css, html, LitElement, nothing } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import type { QuotaView, TargetView } from '../../../../src/contract/admin-api.js';
import type {
  KeyState,
  ProviderKeyView,
  ProviderTypeView,
  ProviderView,
} from '../../../../src/contract/admin-configuration.js';
import type { CatalogueView } from '../../../../src/contract/catalogue.js';
import type { ProviderTrial } from '../../../../src/contract/models.js';
import { problemText, providerStanding, successText } from '../../data/providers/health.js';
import { asWritten, quotasOf } from '../../data/providers/providers.js';
import { SOURCES } from '../../data/providers/quotas.js';
import { call } from '../../data/server/client.js';
import { base } from '../../styles/base.js';
import '../common/health-hour.js';
import '../common/quota-bar.js';
import '../common/state-badge.js';
import { toastError } from '../common/toast-host.js';
import './offer-line.js';
import './provider-health.js';
import './trial-result.js';
import '../common/ui-icon.js';

/** Limits that are shown at first. */
const BARS = 4;

/**
 * A provider: what happened last, its key, its limits and its chains; folded, one line. Fires `fold`, `edit`, `toggle`,
 * `remove` and `models`, and `tried` after a test.
 */
@customElement('provider-card')
export class ProviderCard extends LitElement {
  static override styles = [
    base,
    css`
      article { display: grid; gap: var(--space-3); }
      article[data-off] { background: none; border-style: dashed; }
      article.card { padding: var(--space-2) var(--space-3); }
      article.card[data-open] { padding-bottom: var(--space-4); }
      header { display: grid; grid-template-columns: auto minmax(0, 1fr) 8.5rem 4.5rem 7rem; align-items: center; gap: 0 var(--space-3); }
      .fold { min-height: 2rem; width: 1.75rem; padding: 0; }
      .fold[aria-expanded='false'] ui-icon { transform: rotate(-90deg); }
      .title { display: flex; align-items: baseline; gap: var(--space-2); min-width: 0; }
      .title h2 { overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
      state-badge { justify-self: end; }
      .keys state-badge { justify-self: start; }
      .actions { margin-inline-start: 2.5rem; }
      .body, .problem { margin-inline-start: 2.5rem; }
      .body { display: grid; gap: var(--space-3); }
      .problem { overflow-wrap: anywhere; }
      @media (max-width: 40rem) { header { grid-template-columns: auto minmax(0, 1fr) auto; } .fold { min-height: 2.5rem; } .last { display: none; } health-hour { grid-area: 2 / 2; } .title .muted { display: none; } .actions, .body, .problem { margin-inline-start: 0; } }
      dl { display: flex; flex-wrap: wrap; gap: var(--space-1) var(--space-5); }
      dl div { display: flex; gap: var(--space-2); min-width: 0; }
      dt { color: var(--muted); }
      dd { min-width: 0; overflow-wrap: anywhere; }
      .keys { display: grid; gap: var(--space-1); }
      .keys health-hour { align-self: center; }
      .keys li { display: flex; flex-wrap: wrap; gap: var(--space-1) var(--space-3); align-items: baseline; overflow-wrap: anywhere; }
      .limits { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(15rem, 100%), 1fr)); gap: var(--space-2) var(--space-4); }
    `,
  ];
  @property({ attribute: false }) provider: ProviderView | undefined;
  @property({ attribute: false }) type: ProviderTypeView | undefined;
  /** What the catalogue says about its type. */
  @property({ attribute: false }) offer: CatalogueView | undefined;
  @property({ attribute: false }) targets: readonly TargetView[] = [];
  @property({ type: Boolean }) open = false;
  /** The test result for the settings in `#tried`, which may have changed since. */
  @state() private trial: ProviderTrial | undefined;
  @state() private trying = false;
  @state() private all = false;
  #tried = '';

  override render() {
    const { provider } = this;
    if (provider === undefined) return nothing;
    const { id, enabled, health } = provider;
    const { text, tone } = providerStanding(provider);
    return html`<article class="card" aria-label="Provider ${id}" ?data-off=${!enabled} ?data-open=${this.open}>
      <header>
        <button class="quiet fold" aria-expanded=${this.open} aria-label="Details of ${id}" @click=${() => this.#fire('fold')}><ui-icon name="down"></ui-icon></button>
        <div class="title"><h2>${id}</h2><span class="muted clip">${this.type?.title ?? provider.type}</span></div>
        <span class="last small muted number clip">${successText(health)}</span>
        <health-hour .hour=${health.hour}></health-hour>
        <state-badge .state=${text} .tone=${tone}></state-badge>
      </header>
      ${this.#problem(provider)}
      ${this.open ? this.#body(provider) : nothing}
    </article>`;
  }

  #problem({ state: stands, reason, health }: ProviderView) {
    if (stands === 'disabled') return nothing;
    if (reason !== undefined) return html`<p class=${stands === 'refused' ? 'problem' : 'muted problem'}>${reason}</p>`;
    const problem = problemText(health);
    return problem === '' ? nothing : html`<p class="problem">${problem}</p>`;
  }

  #body(provider: ProviderView) {
    const trial = this.#tried === settingsOf(provider) ? this.trial : undefined;
    return html`
      <div class="actions">${this.#actions(provider)}</div>
      <div class="body">
        <trial-result .trial=${trial} .trying=${this.trying} ?hidden=${trial === undefined && !this.trying}></trial-result>
        ${this.#facts(provider)}
        <provider-health .health=${provider.health}></provider-health>
        <offer-line .entry=${this.offer} ?hidden=${this.offer === undefined}></offer-line>
        ${this.#limits(quotasOf(provider.id, this.targets))}
      </div>`;
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

  #facts({ key, keys, account, baseUrl, chains }: ProviderView) {
    return html`<dl>
      ${keys === undefined ? html`<div><dt>Key</dt><dd>${this.#key(key)}</dd></div>` : nothing}
      ${account === undefined ? nothing : html`<div><dt>Account</dt><dd>${account}, shared</dd></div>`}
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
        html`<li><b>${key.label}</b><span>${this.#key(key)}</span><health-hour .hour=${key.health.hour}></health-hour>${keyBadge(key)}${key.state === 'disabled' ? nothing : html`<span class="small muted">${key.reason ?? problemText(key.health)}</span>`}</li>`,
    )}</ul>`;
  }

  #limits(quotas: readonly QuotaView[]) {
    if (quotas.length === 0) return nothing;
    const { id } = this.provider as ProviderView;
    const shown = this.all ? quotas : quotas.slice(0, BARS);
    return html`<section aria-label="Limits of ${id}">
      <div class="limits">${shown.map((quota) => html`<div><quota-bar .quota=${quota}></quota-bar><p class="small muted clip" title=${quota.scope}><span>${quota.scope === id ? 'whole account' : quota.scope.slice(id.length + 1)}</span> · ${SOURCES[quota.source]}</p></div>`)}</div>
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
    this.#fire('tried');
  };

  #fire(type: 'fold' | 'tried' | 'edit' | 'toggle' | 'remove' | 'models'): void {
    this.dispatchEvent(new CustomEvent(type));
  }
}

const keyBadge = (key: ProviderKeyView) => {
  const { text, tone } = providerStanding(key);
  return html`<state-badge .state=${text} .tone=${tone}></state-badge>`;
};

const settingsOf = (provider: ProviderView): string => JSON.stringify(asWritten(provider));

declare global {
  interface HTMLElementTagNameMap {
    'provider-card': ProviderCard;
  }
}
