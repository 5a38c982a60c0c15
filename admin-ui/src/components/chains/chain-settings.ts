import { css, html, LitElement, nothing, type TemplateResult } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import type { ChainSettingsView, Timeouts } from '../../../../src/contract/admin-configuration.js';
import { Folds } from '../../data/browser/folds.js';
import { CHAIN_DEFAULTS, type ChainSetting, DEFAULT_TIMEOUTS, differing } from '../../data/chains/chain-defaults.js';
import { counted } from '../../data/format.js';
import { base } from '../../styles/base.js';
import '../forms/duration-field.js';
import { type Field, reportValidity } from '../common/field-validity.js';
import { onDemand } from '../common/on-demand.js';
import '../common/ui-icon.js';

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

const TIMEOUTS = ['connect', 'firstToken', 'idle', 'total'] as const;
const FOLDS = new Folds('settings');

/** The settings of a chain: those that differ from the default, and the others on demand. Fires `change` (detail: the settings without defaults). */
@customElement('chain-settings')
export class ChainSettings extends LitElement implements Field {
  static override styles = [
    base,
    css`
      :host { container-type: inline-size; }
      button[aria-expanded='true'] ui-icon { transform: rotate(180deg); }
      .fields { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(11rem, 100%), 1fr)); gap: var(--space-4) var(--space-3); align-items: start; }
    `,
  ];
  @property({ attribute: false }) settings: ChainSettingsView = {};
  readonly #shown = new Set<ChainSetting>();

  override willUpdate(): void {
    // A field that was shown stays: it must not go away while it is being emptied.
    for (const key of differing(this.settings)) this.#shown.add(key);
    if (this.#hasTimeouts()) onDemand(() => import('../forms/timeouts-field.js'));
  }

  #hasTimeouts(): boolean {
    return FOLDS.isOpen('all', false) || TIMEOUTS.some((key) => this.#shown.has(key));
  }

  override render() {
    const count = differing(this.settings).length;
    const isAll = FOLDS.isOpen('all', false);
    const fields = Object.entries(this.#fields()).filter(([key]) => isAll || this.#shown.has(key as ChainSetting));
    const words =
      count === 0
        ? 'Every setting has its default.'
        : `${counted(count, 'setting')} ${count === 1 ? 'differs' : 'differ'} from the default.`;
    return html`<div class="stack">
      <div class="row between">
        <p class="muted" role="status">${words}</p>
        <button type="button" class="quiet" aria-expanded=${isAll} @click=${() => this.#showAll(!isAll)}><ui-icon name="down"></ui-icon>All settings</button>
      </div>
      ${fields.length === 0 ? nothing : html`<div class="fields">${fields.map(([, field]) => field)}</div>`}
      ${this.#hasTimeouts() ? this.#timeouts(isAll ? undefined : this.#shown) : nothing}
    </div>`;
  }

  #fields(): Readonly<Partial<Record<ChainSetting, TemplateResult>>> {
    const { maxWait = '', patience = '', retries, resume, onModeration, free, privacy } = this.settings;
    return {
      maxWait: html`<duration-field label="Longest wait" hint="How long a request may wait for capacity before it is refused." placeholder=${CHAIN_DEFAULTS.maxWait} .value=${maxWait} @change=${(event: CustomEvent<string>) => this.#change({ maxWait: event.detail || undefined })}></duration-field>`,
      patience: html`<duration-field label="Patience" hint="Wait up to this long for a target to reset before falling through to the next one." placeholder=${CHAIN_DEFAULTS.patience} .value=${patience} @change=${(event: CustomEvent<string>) => this.#change({ patience: event.detail || undefined })}></duration-field>`,
      retries: html`<div class="field"><label class="label" for="retries">Retries</label>
        <input id="retries" type="number" min="0" max="10" step="1" placeholder=${CHAIN_DEFAULTS.retries} aria-describedby="about-retries" .value=${retries === undefined ? '' : String(retries)} @input=${this.#retries} />
        <span class="hint" id="about-retries">Retries of a target after a fast 5xx or a broken connection, before the next one is tried.</span>
      </div>`,
      resume: this.#choice(
        'Resume broken streams',
        RESUME,
        resume,
        (value) => this.#change({ resume: value }),
        'The next target continues an answer where it broke off. Otherwise, the answer ends with an error.',
      ),
      onModeration: this.#choice(
        'When content is refused',
        ON_MODERATION,
        onModeration,
        (value) => this.#change({ onModeration: value }),
        'What 429chain does when a provider refuses the content.',
      ),
      free: this.#choice(
        'Cost',
        FREE,
        free,
        (value) => this.#change({ free: value }),
        'Free targets only: a target is used only if something says that it is free.',
      ),
      privacy: this.#choice(
        'Privacy',
        PRIVACY,
        privacy,
        (value) => this.#change({ privacy: value }),
        'No training: a target is used only if its provider is known not to train on requests.',
      ),
    };
  }

  #timeouts(only: ReadonlySet<string> | undefined) {
    return html`
      <h3>Timeouts</h3>
      <p class="hint">How long to wait for a target before the next one is tried. A target's timeout overrides its chain's, and a chain's overrides its provider's.</p>
      <timeouts-field .timeouts=${this.settings.timeouts ?? {}} .defaults=${DEFAULT_TIMEOUTS} .only=${only} @change=${(event: CustomEvent<Timeouts>) => this.#change({ timeouts: event.detail })}></timeouts-field>`;
  }

  reportValidity(): boolean {
    return reportValidity(this.renderRoot);
  }

  #choice<T>(
    label: string,
    options: readonly (readonly [string, T])[],
    value: T,
    choose: (value: T) => void,
    hint: string,
  ) {
    const id = label.toLowerCase().replaceAll(' ', '-');
    return html`<div class="field"><label class="label" for=${id}>${label}</label>
      <select id=${id} aria-describedby="about-${id}" @change=${(event: Event) => choose(options[(event.target as HTMLSelectElement).selectedIndex]?.[1] as T)}>
        ${options.map(([text, each]) => html`<option ?selected=${each === value} .selected=${each === value}>${text}</option>`)}
      </select>
      <span class="hint" id="about-${id}">${hint}</span>
    </div>`;
  }

  #showAll(all: boolean): void {
    FOLDS.set(['all'], all);
    this.requestUpdate();
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
