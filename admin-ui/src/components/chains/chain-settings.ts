import { css, html, LitElement } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import type { ChainSettingsView, Timeouts } from '../../../../src/contract/admin-configuration.js';
import { CHAIN_DEFAULTS, DEFAULT_TIMEOUTS } from '../../data/chains/chain-defaults.js';
import { base } from '../../styles/base.js';
import '../forms/duration-field.js';
import { type Field, reportValidity } from '../common/field-validity.js';
import '../forms/timeouts-field.js';

/** Values and labels of the choices. */
const RESUME: readonly (readonly [string, boolean | undefined])[] = [
  ['default: yes', undefined],
  ['yes', true],
  ['no', false],
];
const ON_MODERATION: readonly (readonly [string, 'return' | 'next' | undefined])[] = [
  ['default: return the refusal', undefined],
  ['return the refusal', 'return'],
  ['try the next target', 'next'],
];

const FREE: readonly (readonly [string, 'only' | 'any' | undefined])[] = [
  ["default: the server's", undefined],
  ['free targets only', 'only'],
  ['all targets', 'any'],
];
const PRIVACY: readonly (readonly [string, 'no-training' | 'any' | undefined])[] = [
  ["default: the server's", undefined],
  ['no training on requests', 'no-training'],
  ['all targets', 'any'],
];

/** The settings of a chain. Fires `change` (detail: the settings without defaults). */
@customElement('chain-settings')
export class ChainSettings extends LitElement implements Field {
  static override styles = [
    base,
    css`
      :host { container-type: inline-size; }
      .fields { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(11rem, 100%), 1fr)); gap: var(--space-4) var(--space-3); align-items: start; }
    `,
  ];
  @property({ attribute: false }) settings: ChainSettingsView = {};

  override render() {
    const { maxWait = '', patience = '', retries, resume, onModeration, free, privacy, timeouts = {} } = this.settings;
    return html`<div class="stack">
      <div class="fields">
        <duration-field label="Longest wait" hint="How long a request may wait for capacity before it is refused." placeholder=${CHAIN_DEFAULTS.maxWait} .value=${maxWait} @change=${(event: CustomEvent<string>) => this.#change({ maxWait: event.detail || undefined })}></duration-field>
        <duration-field label="Patience" hint="Wait up to this long for a target to reset before falling through to the next one." placeholder=${CHAIN_DEFAULTS.patience} .value=${patience} @change=${(event: CustomEvent<string>) => this.#change({ patience: event.detail || undefined })}></duration-field>
        <div class="field"><label class="label" for="retries">Retries</label>
          <input id="retries" type="number" min="0" max="10" step="1" placeholder=${CHAIN_DEFAULTS.retries} aria-describedby="about-retries" .value=${retries === undefined ? '' : String(retries)} @input=${this.#retries} />
          <span class="hint" id="about-retries">Retries of a target after a fast 5xx or a broken connection, before the next one is asked.</span>
        </div>
        <div class="field"><label class="label" for="resume">Resume broken streams</label>
          ${this.#choice('resume', RESUME, resume, (value) => this.#change({ resume: value }))}
          <span class="hint" id="about-resume">The next target continues an answer where it broke off. Otherwise, the answer ends with an error.</span>
        </div>
        <div class="field"><label class="label" for="moderation">When content is refused</label>
          ${this.#choice('moderation', ON_MODERATION, onModeration, (value) => this.#change({ onModeration: value }))}
          <span class="hint" id="about-moderation">What 429chain does when a provider refuses the content.</span>
        </div>
        <div class="field"><label class="label" for="free">Cost</label>
          ${this.#choice('free', FREE, free, (value) => this.#change({ free: value }))}
          <span class="hint" id="about-free">Free targets only: a target is asked only if something says that it is free.</span>
        </div>
        <div class="field"><label class="label" for="privacy">Privacy</label>
          ${this.#choice('privacy', PRIVACY, privacy, (value) => this.#change({ privacy: value }))}
          <span class="hint" id="about-privacy">No training: a target is asked only if its provider is known not to train on requests.</span>
        </div>
      </div>
      <h3>Timeouts</h3>
      <p class="hint">How long to wait for a target before the next one is asked. Those of a target go before these, and these before those of its provider.</p>
      <timeouts-field .timeouts=${timeouts} .defaults=${DEFAULT_TIMEOUTS} @change=${(event: CustomEvent<Timeouts>) => this.#change({ timeouts: event.detail })}></timeouts-field>
    </div>`;
  }

  reportValidity(): boolean {
    return reportValidity(this.renderRoot);
  }

  #choice<T>(id: string, options: readonly (readonly [string, T])[], value: T, choose: (value: T) => void) {
    return html`<select id=${id} aria-describedby="about-${id}" @change=${(event: Event) => choose(options[(event.target as HTMLSelectElement).selectedIndex]?.[1] as T)}>
      ${options.map(([text, each]) => html`<option ?selected=${each === value} .selected=${each === value}>${text}</option>`)}
    </select>`;
  }

  #retries = (event: InputEvent): void => {
    const { value } = event.target as HTMLInputElement;
    this.#change({ retries: value === '' ? undefined : Number(value) });
  };

  #change(change: { readonly [K in keyof ChainSettingsView]?: ChainSettingsView[K] | undefined }): void {
    const entries = Object.entries({ ...this.settings, ...change }).filter(([, value]) => value !== undefined);
    this.settings = Object.fromEntries(entries);
    this.dispatchEvent(new CustomEvent('change', { detail: this.settings }));
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'chain-settings': ChainSettings;
  }
}
