import { css, html, LitElement, type PropertyValues } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { base } from '../../styles/base.js';
import type { Field } from '../common/field-validity.js';

/** A value as JSON text; empty for no value. Fires `change` (detail: the value) at each input that is valid JSON. */
@customElement('json-field')
export class JsonField extends LitElement implements Field {
  static override styles = [base, css`textarea { font-family: var(--mono); }`];
  @property() label = '';
  @property() hint = '';
  @property({ attribute: false }) value: unknown;
  @property({ type: Boolean }) required = false;
  /** The required type, such as `object`. */
  @property() kind: 'any' | 'object' | 'array' = 'any';
  @state() private text = '';
  /** Problems are shown after the first attempt to save, so that the layout does not move while typing. */
  @state() private told = false;
  /** The value of the text, to distinguish it from a value that the owner sets. */
  #meant: unknown;

  get problem(): string {
    if (this.text.trim() === '') return this.required ? 'This is needed.' : '';
    const parsed = parse(this.text);
    if (parsed === undefined) return 'This is not JSON.';
    const { value } = parsed;
    if (this.kind === 'array' && !Array.isArray(value)) return 'A list is expected, such as [1, 2].';
    const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
    return this.kind === 'object' && !isObject ? 'An object is expected, such as {"name": "value"}.' : '';
  }

  override willUpdate(changed: PropertyValues): void {
    if (!changed.has('value') || JSON.stringify(this.value) === JSON.stringify(this.#meant)) return;
    this.#meant = this.value;
    this.text = this.value === undefined ? '' : JSON.stringify(this.value, undefined, 2);
  }

  override render() {
    const problem = this.told ? this.problem : '';
    return html`<div class="field">
      <label for="input" class="label">${this.label}</label>
      <textarea id="input" rows="3" spellcheck="false" .value=${this.text} aria-invalid=${problem !== ''} aria-describedby="hint problem" @input=${this.#typed}></textarea>
      <span class="hint" id="hint">${this.hint === '' ? 'As JSON.' : `${this.hint} As JSON.`}</span>
      <span class="problem" id="problem" ?hidden=${problem === ''}>${problem}</span>
    </div>`;
  }

  reportValidity(): boolean {
    this.told = true;
    if (this.problem === '') return true;
    this.renderRoot.querySelector('textarea')?.focus();
    return false;
  }

  #typed(event: InputEvent): void {
    this.text = (event.target as HTMLTextAreaElement).value;
    if (this.problem !== '') return;
    this.#meant = this.text.trim() === '' ? undefined : parse(this.text)?.value;
    this.value = this.#meant;
    this.dispatchEvent(new CustomEvent('change', { detail: this.value }));
  }
}

const parse = (text: string): { readonly value: unknown } | undefined => {
  try {
    return { value: JSON.parse(text) };
  } catch {
    return undefined;
  }
};

declare global {
  interface HTMLElementTagNameMap {
    'json-field': JsonField;
  }
}
