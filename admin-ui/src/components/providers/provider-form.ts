import { css, html, LitElement, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import type {
  KeyState,
  ProviderKeyWritten,
  ProviderTypeView,
  ProviderView,
} from '../../../../src/contract/admin-configuration.js';
import { type ProviderDraft, withAnotherKey, withWritten } from '../../data/providers/provider-draft.js';
import { base } from '../../styles/base.js';
import { type Field, reportValidity } from '../common/field-validity.js';
import '../forms/headers-field.js';
import '../forms/limits-field.js';
import '../forms/schema-form.js';
import '../forms/timeouts-field.js';
import '../common/ui-icon.js';
import type { KeysChange } from './keys-field.js';
import './keys-field.js';

const ADDRESS = 'https?://.+|.*\\$\\{.+';

/** The settings of a provider. Fires `change` (detail: the `ProviderDraft`) at each input. */
@customElement('provider-form')
export class ProviderForm extends LitElement implements Field {
  static override styles = [
    base,
    css`
      .two { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(14rem, 100%), 1fr)); gap: var(--space-3); align-items: start; }
      summary { cursor: pointer; font-weight: 550; padding: var(--space-1) 0; }
      details[open] { display: grid; gap: var(--space-3); }
      section { display: grid; gap: var(--space-2); }
      .another { justify-self: start; }
    `,
  ];
  @property({ attribute: false }) draft: ProviderDraft = { id: '', written: { type: '' } };
  @property({ attribute: false }) types: readonly ProviderTypeView[] = [];
  /** The saved provider; absent for a new one. */
  @property({ attribute: false }) saved: ProviderView | undefined;
  /** Ids of other providers. */
  @property({ attribute: false }) taken: readonly string[] = [];

  override render() {
    const { written } = this.draft;
    const type = this.types.find((each) => each.type === written.type);
    return html`<form class="stack" @submit=${(event: Event) => event.preventDefault()}>
      <div class="two">${this.#type(type)}${this.#id()}</div>
      ${this.draft.written.apiKeys === undefined ? this.#key(type) : this.#keys(this.draft.written.apiKeys)}
      ${this.#address(type)}
      ${type?.optionsSchema === undefined ? nothing : html`<section aria-label="Options"><h3>Options of ${type.title}</h3><schema-form .schema=${type.optionsSchema} .value=${written.options ?? {}} @change=${(event: CustomEvent) => this.#change({ options: event.detail })}></schema-form></section>`}
      <section>
        <h3>Limits of the account</h3>
        <p class="hint">429chain reads limits from the provider's answers. Add those that the provider does not state.</p>
        <label class="field"><span class="label">Shared account</span>
          <input name="account" pattern="[A-Za-z0-9][A-Za-z0-9._\\-]*" title="Letters, digits and . _ -" placeholder=${this.draft.id} autocomplete="off" spellcheck="false" .value=${written.account ?? ''} @input=${(event: InputEvent) => this.#change({ account: (event.target as HTMLInputElement).value.trim() })} />
          <span class="hint">Providers with the same account, such as two addresses with one key, count together.</span>
        </label>
        <limits-field of=${this.draft.id} .limits=${written.limits ?? []} @change=${(event: CustomEvent) => this.#change({ limits: event.detail })}></limits-field>
      </section>
      <details ?open=${this.#hasMore()}>
        <summary>Timeouts and headers</summary>
        <timeouts-field .timeouts=${written.timeouts ?? {}} @change=${(event: CustomEvent) => this.#change({ timeouts: event.detail })}></timeouts-field>
        <h3>Further headers of every request</h3>
        <headers-field .headers=${written.headers ?? {}} @change=${(event: CustomEvent) => this.#change({ headers: event.detail })}></headers-field>
      </details>
    </form>`;
  }

  reportValidity(): boolean {
    const id = this.renderRoot.querySelector<HTMLInputElement>('input[name=id]');
    id?.setCustomValidity(this.taken.includes(this.draft.id) ? `There is a provider “${this.draft.id}” already.` : '');
    return reportValidity(this.renderRoot);
  }

  /** Focuses the first field to fill: the key, or the address of a local server. */
  override focus(): void {
    void this.updateComplete.then(() => {
      const type = this.types.find((each) => each.type === this.draft.written.type);
      this.renderRoot
        .querySelector<HTMLInputElement>(`input[name=${type?.needsKey === false ? 'baseUrl' : 'key'}]`)
        ?.focus();
    });
  }

  #type(type: ProviderTypeView | undefined) {
    return html`<div class="field"><label class="label" for="type">Type</label>
      <select id="type" name="type" aria-describedby="about" @change=${(event: Event) => this.#change({ type: (event.target as HTMLSelectElement).value, options: {} })}>
        ${type === undefined ? html`<option selected value=${this.draft.written.type}>${this.draft.written.type}</option>` : nothing}
        ${this.types.map((each) => html`<option value=${each.type} ?selected=${each === type}>${each.title}</option>`)}
      </select>
      <span class="hint" id="about">${type?.freeTier} ${type?.keyUrl === undefined ? '' : html`<a href=${type.keyUrl} target="_blank" rel="noreferrer noopener">Get a key</a>`}</span>
    </div>`;
  }

  #id() {
    if (this.saved !== undefined)
      return html`<div class="field"><span class="label">Id</span><code>${this.saved.id}</code></div>`;
    return html`<div class="field"><label class="label" for="id">Id</label>
      <input id="id" name="id" required pattern="[A-Za-z0-9][A-Za-z0-9._\\-]*" autocomplete="off" spellcheck="false" .value=${this.draft.id} aria-describedby="about-id" @input=${(event: InputEvent) => this.#rename((event.target as HTMLInputElement).value)} />
      <span class="hint" id="about-id">You choose it. Targets begin with it, such as groq/openai/gpt-oss-120b.</span>
    </div>`;
  }

  #key(type: ProviderTypeView | undefined) {
    const { apiKey } = this.draft.written;
    const key: KeyState = this.saved?.key ?? { kind: 'none' };
    return html`<div class="field">
      <label class="label" for="key">Key</label>
      <input id="key" name="key" type="password" autocomplete="off" placeholder=${placeholderOf(key)} ?disabled=${apiKey === null} .value=${apiKey ?? ''} aria-describedby="about-key" @input=${(event: InputEvent) => this.#typeKey((event.target as HTMLInputElement).value)} />
      <span class="hint" id="about-key">${key.kind === 'none' ? `${type?.needsKey === false ? 'Only if it needs one. ' : ''}It goes to .env beside the configuration, which only names it.` : 'Leave it empty to keep the key.'}</span>
      ${key.kind === 'none' ? nothing : html`<label class="check small"><input type="checkbox" .checked=${apiKey === null} @change=${(event: Event) => this.#change({ apiKey: (event.target as HTMLInputElement).checked ? null : undefined })} />Remove the key: this provider needs none</label>`}
      ${key.kind === 'none' && !apiKey ? nothing : html`<button type="button" class="another" @click=${() => this.#change({ apiKeys: withAnotherKey(this.draft.written, key.kind !== 'none'), apiKey: undefined })}><ui-icon name="plus"></ui-icon>Add another key</button>`}
    </div>`;
  }

  #keys(keys: readonly ProviderKeyWritten[]) {
    const { key, keys: saved = key === undefined ? [] : [{ ...key, label: 'key 1', state: 'usable' as const }] } =
      this.saved ?? {};
    return html`<section><h3>Keys</h3><keys-field .keys=${keys} .saved=${saved} .rotate=${this.draft.written.rotate ?? 'order'} @change=${(event: CustomEvent<KeysChange>) => this.#change(event.detail)}></keys-field></section>`;
  }

  #address(type: ProviderTypeView | undefined) {
    const needed = type?.baseUrl === undefined;
    return html`<div class="field"><label class="label" for="baseUrl">Base URL</label>
      <input id="baseUrl" name="baseUrl" inputmode="url" autocomplete="off" spellcheck="false" ?required=${needed} pattern=${ADDRESS} title="An address that begins with http:// or https://" placeholder=${type?.baseUrl ?? 'http://127.0.0.1:11434/v1'} .value=${this.draft.written.baseUrl ?? ''} @input=${(event: InputEvent) => this.#change({ baseUrl: (event.target as HTMLInputElement).value.trim() || undefined })} />
      ${needed ? html`<span class="hint">The part before /chat/completions.</span>` : html`<span class="hint">Only if it differs from the default.</span>`}
    </div>`;
  }

  #hasMore(): boolean {
    const { timeouts = {}, headers = {} } = this.saved ?? {};
    return Object.keys(timeouts).length + Object.keys(headers).length > 0;
  }

  #typeKey(text: string): void {
    this.#change({ apiKey: text.trim() === '' ? undefined : text.trim() });
  }

  #rename(id: string): void {
    (this.renderRoot.querySelector('input[name=id]') as HTMLInputElement).setCustomValidity('');
    this.#set({ ...this.draft, id: id.trim() });
  }

  #change(change: Parameters<typeof withWritten>[1]): void {
    this.#set(withWritten(this.draft, change));
  }

  #set(draft: ProviderDraft): void {
    this.draft = draft;
    this.dispatchEvent(new CustomEvent('change', { detail: draft }));
  }
}

/** The placeholder of the key: the current key, masked. */
const placeholderOf = ({ kind, masked, variable }: KeyState): string => {
  if (kind === 'set') return masked ?? 'set';
  return kind === 'unset' ? `${variable ?? 'Its variable'} is not set` : 'Paste it here';
};

declare global {
  interface HTMLElementTagNameMap {
    'provider-form': ProviderForm;
  }
}
