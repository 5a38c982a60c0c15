import { css, html, LitElement } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import type { ChainsReply, ProvidersReply } from '../../../../src/contract/admin-configuration.js';
import { partsOf } from '../../data/format.js';
import { DEFAULT_SETTINGS, type PlaygroundSettings } from '../../data/playground/playground.js';
import { call } from '../../data/server/client.js';
import { live } from '../../data/server/feed.js';
import { Resource } from '../../data/server/resource.js';
import { base } from '../../styles/base.js';
import { type Field, reportValidity } from '../common/field-validity.js';
import '../forms/json-field.js';

/** The chain or target and the parameters. Fires `change` (detail: the settings). */
@customElement('playground-settings')
export class PlaygroundSettingsForm extends LitElement implements Field {
  static override styles = [
    base,
    css`
      .numbers { display: grid; grid-template-columns: repeat(auto-fit, minmax(6.5rem, 1fr)); gap: var(--space-2); align-items: end; }
      summary { cursor: pointer; font-weight: 550; }
      details[open] summary { margin-bottom: var(--space-2); }
    `,
  ];
  @property({ attribute: false }) settings: PlaygroundSettings = DEFAULT_SETTINGS;
  @state() private models: readonly string[] = [];
  /** The provider whose models were requested last. */
  #asked = '';
  readonly #names = new Resource<{ chains: ChainsReply; providers: ProvidersReply }>(this, async (signal) => {
    const [chains, providers] = await Promise.all([
      call('GET /chains', { signal }),
      call('GET /providers', { signal }),
    ]);
    return { chains, providers };
  });

  override render() {
    const { settings } = this;
    return html`<form class="stack" @submit=${(event: Event) => event.preventDefault()}>
      <label class="field"><span>Chain or target</span>
        <input name="model" list="models" autocomplete="off" spellcheck="false" placeholder=${this.#default()} .value=${settings.model} aria-describedby="about-model" @input=${(event: InputEvent) => this.#choose((event.target as HTMLInputElement).value)} />
        <datalist id="models">${this.#choices().map((name) => html`<option value=${name}></option>`)}</datalist>
        <span class="hint" id="about-model">A chain's name, or any <code>provider/model</code>.</span>
      </label>
      <label class="field"><span>System prompt</span>
        <textarea name="system" rows="3" placeholder="None" .value=${settings.system} @input=${(event: InputEvent) => this.#change({ system: (event.target as HTMLTextAreaElement).value })}></textarea>
      </label>
      <div class="numbers">
        ${this.#number('temperature', 'Temperature', settings.temperature, { max: 2, step: 'any' })}
        ${this.#number('maxTokens', 'Max tokens', settings.maxTokens, { min: 1, step: '1' })}
        ${this.#number('topP', 'Top p', settings.topP, { max: 1, step: 'any' })}
      </div>
      <label class="check"><input type="checkbox" name="stream" .checked=${settings.stream} @change=${(event: Event) => this.#change({ stream: (event.target as HTMLInputElement).checked })} /><span>Stream the answer</span></label>
      <details ?open=${Object.keys(settings.more).length > 0}>
        <summary>More fields</summary>
        <json-field label="More fields of the request" kind="object" hint="Such as tools or response_format. They go to the provider as they are." .value=${Object.keys(settings.more).length === 0 ? undefined : settings.more} @change=${(event: CustomEvent) => this.#change({ more: event.detail ?? {} })}></json-field>
      </details>
    </form>`;
  }

  reportValidity(): boolean {
    return reportValidity(this.renderRoot);
  }

  #number(
    name: 'temperature' | 'maxTokens' | 'topP',
    label: string,
    value: string,
    { min = 0, max, step }: { min?: number; max?: number; step: string },
  ) {
    return html`<label class="field"><span>${label}</span><input type="number" name=${name} min=${min} max=${max ?? ''} step=${step} placeholder="default" .value=${value} @input=${(event: InputEvent) => this.#change({ [name]: (event.target as HTMLInputElement).value })} /></label>`;
  }

  #default(): string {
    const name = this.#names.value?.chains.defaultChain;
    return name === undefined ? '' : `${name} (the default chain)`;
  }

  /** Chains, then their targets, then the models of the typed provider. */
  #choices(): readonly string[] {
    const { chains = [] } = this.#names.value?.chains ?? {};
    const targets = (live.status?.targets ?? []).map(({ target }) => target);
    return [...new Set([...chains.map(({ name }) => name), ...targets, ...this.models])];
  }

  #choose(text: string): void {
    this.#change({ model: text.trim() });
    const { provider } = partsOf(text);
    const isProvider = this.#names.value?.providers.providers.some(({ id }) => id === provider) ?? false;
    if (isProvider && provider !== this.#asked) void this.#listModels(provider);
  }

  /** Without a list from the provider, the user types the model. */
  async #listModels(provider: string): Promise<void> {
    this.#asked = provider;
    const { models } = await call('GET /providers/:id/models', { params: { id: provider } }).catch(() => ({
      models: [],
    }));
    if (this.#asked === provider) this.models = models.map(({ id }) => `${provider}/${id}`);
  }

  #change(change: Partial<PlaygroundSettings>): void {
    this.settings = { ...this.settings, ...change };
    this.dispatchEvent(new CustomEvent('change', { detail: this.settings }));
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'playground-settings': PlaygroundSettingsForm;
  }
}
