import { css, html, LitElement } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import type { ProviderKeyView, ProviderKeyWritten } from '../../../../src/contract/admin-configuration.js';
import { base } from '../../styles/base.js';
import { type Field, reportValidity } from '../common/field-validity.js';
import '../common/ui-icon.js';

type Rotate = 'order' | 'most-left';

/** What a change of the keys or of their order sets. */
export interface KeysChange {
  readonly apiKeys?: readonly ProviderKeyWritten[];
  readonly rotate?: Rotate;
}

/** Several keys of a provider. Fires `change` (detail: a `KeysChange`) at each input. */
@customElement('keys-field')
export class KeysField extends LitElement implements Field {
  static override styles = [
    base,
    css`
      .key { display: grid; grid-template-columns: minmax(5rem, 1fr) minmax(7rem, 2fr) auto auto; gap: var(--space-2); }
      .add { justify-self: start; }
    `,
  ];
  @property({ attribute: false }) keys: readonly ProviderKeyWritten[] = [];
  /** The saved keys. */
  @property({ attribute: false }) saved: readonly ProviderKeyView[] = [];
  @property() rotate: Rotate = 'order';

  override render() {
    return html`<div class="stack" role="group" aria-label="Keys">
      ${this.keys.map((key, index) => this.#row(key, index))}
      <button type="button" class="add" @click=${() => this.#set([...this.keys, {}])}><ui-icon name="plus"></ui-icon>Add a key</button>
      <label class="field"><span class="label">Use first</span>
        <select name="rotate" @change=${(event: Event) => this.#fire({ rotate: (event.target as HTMLSelectElement).value as Rotate })}>
          <option value="order" ?selected=${this.rotate === 'order'}>the first key with capacity</option>
          <option value="most-left" ?selected=${this.rotate === 'most-left'}>the key with the most left of its limits</option>
        </select>
      </label>
      <span class="hint">Each key is an account with its own limits. Use several keys for several people, organizations or projects: some providers' terms forbid several accounts of one person.</span>
    </div>`;
  }

  #row({ label = '', savedAs, key = '' }: ProviderKeyWritten, index: number) {
    const name = label === '' ? `key ${index + 1}` : label;
    return html`<div class="key">
      <input aria-label="Label of ${name}" placeholder="key ${index + 1}" maxlength="60" pattern="[^\\/#]+" title="Anything but / and #" autocomplete="off" .value=${label} @input=${(event: InputEvent) => this.#change(index, { label: (event.target as HTMLInputElement).value })} />
      <input aria-label="Key of ${name}" type="password" autocomplete="off" ?required=${savedAs === undefined} placeholder=${this.#placeholder(savedAs)} .value=${key} @input=${(event: InputEvent) => this.#change(index, { key: (event.target as HTMLInputElement).value.trim() })} />
      <button type="button" class="quiet" aria-label="Move ${name} up" ?disabled=${index === 0} @click=${() => this.#moveUp(index)}>Up</button>
      <button type="button" class="quiet icon" aria-label="Remove ${name}" ?disabled=${this.keys.length === 1} @click=${() => this.#set(this.keys.filter((_, each) => each !== index))}><ui-icon name="trash"></ui-icon></button>
    </div>`;
  }

  reportValidity(): boolean {
    return reportValidity(this.renderRoot);
  }

  #placeholder(savedAs: string | undefined): string {
    const saved = this.saved.find(({ label }) => label === savedAs);
    if (saved === undefined) return 'Paste it here';
    return saved.kind === 'unset' ? `${saved.variable ?? 'Its variable'} is not set` : (saved.masked ?? 'set');
  }

  #change(index: number, change: ProviderKeyWritten): void {
    this.#set(this.keys.map((each, at) => (at === index ? { ...each, ...change } : each)));
  }

  #moveUp(index: number): void {
    const keys = [...this.keys];
    const [moved] = keys.splice(index, 1);
    if (moved !== undefined) keys.splice(index - 1, 0, moved);
    this.#set(keys);
  }

  #set(keys: readonly ProviderKeyWritten[]): void {
    this.keys = keys;
    this.#fire({ apiKeys: keys });
  }

  #fire(change: KeysChange): void {
    this.dispatchEvent(new CustomEvent('change', { detail: change }));
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'keys-field': KeysField;
  }
}
