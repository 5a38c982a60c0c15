import { css, html, LitElement, nothing } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import type { ProviderTypeView } from '../../../../src/contract/admin-configuration.js';
import type { TryReply } from '../../../../src/contract/models.js';
import { keyTime, trainingWords } from '../../data/providers/offers.js';
import { held, nameFor, type Providers, saveProvider } from '../../data/providers/providers.js';
import { isUsable } from '../../data/providers/trial.js';
import { call } from '../../data/server/client.js';
import { base } from '../../styles/base.js';
import '../saving/save-problem.js';
import '../forms/schema-form.js';
import type { SchemaForm } from '../forms/schema-form.js';
import '../providers/trial-result.js';

export interface SavedProvider {
  readonly id: string;
  readonly trial: TryReply;
}

/** Asks for the key, or for the address of a local server, tests it, and saves the provider if it works. Fires `saved`. */
@customElement('welcome-key')
export class WelcomeKey extends LitElement {
  static override styles = [base, css`form { max-width: 36rem; } .add { justify-self: start; }`];
  @property({ attribute: false }) type: ProviderTypeView | undefined;
  @property({ attribute: false }) providers: Providers = { revision: '', providers: [], types: [] };
  /** The provider that was saved here before, which gets the new key. */
  @property() saved = '';
  @state() private trial: TryReply | undefined;
  @state() private trying = false;
  @state() private problem: unknown;
  /** The name that the user typed; absent for the proposed one. */
  @state() private name: string | undefined;
  @state() private baseUrl = '';
  @state() private options: Readonly<Record<string, unknown>> = {};
  readonly #leaving = new AbortController();

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#leaving.abort();
  }

  override firstUpdated(): void {
    this.renderRoot.querySelector('input')?.focus();
  }

  override render() {
    const { type } = this;
    if (type === undefined) return nothing;
    const { title, freeTier, keyUrl, keyNote, needsKey, optionsSchema, training } = type;
    const time = keyTime(type);
    return html`<form class="card stack" @submit=${this.#submit} @paste=${this.#pasted}>
      <h2>${title}</h2>
      <p class="muted">${freeTier} ${trainingWords(training)}</p>
      ${keyUrl === undefined ? nothing : html`<p>Get a key at <a href=${keyUrl} target="_blank" rel="noreferrer noopener">${new URL(keyUrl).host}</a>${time === '' ? nothing : ` (${time})`}, and paste it here. It is tried at once. ${keyNote ?? ''}</p>`}
      ${type.baseUrl === undefined ? this.#address() : nothing}
      <div class="field"><label class="label" for="key">Key</label>
        <input id="key" name="key" type="password" autocomplete="off" ?required=${needsKey} aria-invalid=${this.trial?.state === 'key refused'} aria-describedby="where" />
        <span class="hint" id="where">${needsKey ? '' : 'Only if it needs one. '}It goes to .env on the machine where 429chain runs, and is never shown again.</span>
      </div>
      ${this.#nameField(type)}
      ${optionsSchema === undefined ? nothing : html`<schema-form .schema=${optionsSchema} .value=${this.options} @change=${(event: CustomEvent) => (this.options = event.detail)}></schema-form>`}
      <trial-result .trial=${this.trial} .trying=${this.trying}></trial-result>
      <save-problem .error=${this.problem}></save-problem>
      <button class="primary add" ?disabled=${this.trying}>${this.trial === undefined ? 'Try it' : 'Try again'}</button>
    </form>`;
  }

  #address() {
    return html`<div class="field"><label class="label" for="baseUrl">Base URL</label>
      <input id="baseUrl" name="baseUrl" required type="url" autocomplete="off" spellcheck="false" placeholder="http://127.0.0.1:11434/v1" aria-describedby="which" @input=${(event: Event) => (this.baseUrl = (event.target as HTMLInputElement).value.trim())} />
      <span class="hint" id="which">Ollama: http://127.0.0.1:11434/v1. LM Studio: http://127.0.0.1:1234/v1.</span>
    </div>`;
  }

  #nameField({ type }: ProviderTypeView) {
    const name = this.#name(type);
    const same = this.providers.providers.find(({ id }) => id === name);
    const hint =
      same === undefined
        ? 'You choose it. Targets begin with it, such as groq/openai/gpt-oss-120b.'
        : `${name} is added already. Its key is replaced. For another account, choose another name.`;
    return html`<div class="field"><label class="label" for="name">Name</label>
      <input id="name" name="name" required pattern="[A-Za-z0-9][A-Za-z0-9._\\-]*" autocomplete="off" spellcheck="false" .value=${name} aria-describedby="about-name" @input=${(event: Event) => this.#rename(event.target as HTMLInputElement, type)} />
      <span class="hint" id="about-name">${hint}</span>
    </div>`;
  }

  #rename(input: HTMLInputElement, type: string): void {
    this.name = input.value;
    const other = this.providers.providers.find(({ id }) => id === input.value.trim());
    input.setCustomValidity(
      other === undefined || other.type === type
        ? ''
        : `“${other.id}” is a provider of the type ${other.type}. Choose another name.`,
    );
  }

  #submit = (event: SubmitEvent): void => {
    event.preventDefault();
    void this.#try();
  };

  #pasted = (event: ClipboardEvent): void => {
    const input = event.composedPath()[0] as HTMLInputElement;
    // After the browser has filled the field.
    if (input.name === 'key') setTimeout(() => input.form?.requestSubmit());
  };

  async #try(): Promise<void> {
    const { type, options } = this;
    const isWhole = this.renderRoot.querySelector<SchemaForm>('schema-form')?.reportValidity() ?? true;
    if (type === undefined || this.trying || !isWhole) return;
    const key = this.#typed('key');
    const baseUrl = this.#typed('baseUrl');
    const given = {
      type: type.type,
      ...(baseUrl === '' ? {} : { baseUrl }),
      ...(key === '' ? {} : { apiKey: key }),
      ...(Object.keys(options).length === 0 ? {} : { options }),
    };
    const { signal } = this.#leaving;
    this.trying = true;
    this.problem = undefined;
    try {
      // If the user goes back during the test, the provider is not saved.
      const trial = await call('POST /providers/try', { body: given, signal });
      this.trial = trial;
      if (isUsable(trial)) {
        const id = this.#name(type.type);
        await saveProvider(id, held(this.providers, id), given);
        if (!signal.aborted) this.dispatchEvent(new CustomEvent<SavedProvider>('saved', { detail: { id, trial } }));
      }
    } catch (error) {
      if (!signal.aborted) this.problem = error;
    }
    this.trying = false;
    this.#input(key === '' && baseUrl !== '' ? 'baseUrl' : 'key')?.select();
  }

  #name(type: string): string {
    if (this.name !== undefined) return this.name.trim();
    const before = this.providers.providers.find(({ id }) => id === this.saved);
    return before?.type === type && (before.baseUrl ?? '') === this.baseUrl
      ? before.id
      : nameFor(type, this.baseUrl === '' ? undefined : this.baseUrl, this.providers.providers);
  }

  #typed(name: string): string {
    return this.#input(name)?.value.trim() ?? '';
  }

  #input(name: string): HTMLInputElement | null {
    return this.renderRoot.querySelector<HTMLInputElement>(`input[name=${name}]`);
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'welcome-key': WelcomeKey;
  }
}
