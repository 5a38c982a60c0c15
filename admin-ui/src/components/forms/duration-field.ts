import { css, html, LitElement } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { durationMs } from '../../data/durations.js';
import { base } from '../../styles/base.js';
import type { Field } from '../common/field-validity.js';

const EXAMPLES = 'Such as 500ms, 6s, 1m, 1h30m or 1d.';

/**
 * A duration as in the configuration. If it is empty, the default in `placeholder` applies. Fires `change` (detail: the
 * text, which may be invalid) at each input.
 */
@customElement('duration-field')
export class DurationField extends LitElement implements Field {
  static override styles = [base, css`input { font-variant-numeric: tabular-nums; }`];
  @property() label = '';
  @property() value = '';
  @property() hint = '';
  @property() placeholder = '';
  @property({ type: Boolean }) required = false;
  /** The label is for screen readers only. */
  @property({ type: Boolean }) compact = false;
  /** Problems are shown after the first attempt to save, so that the layout does not move while typing. */
  @state() private told = false;

  /** The problem; empty if valid. */
  get problem(): string {
    if (this.value.trim() === '') return this.required ? `How long? ${EXAMPLES}` : '';
    const ms = durationMs(this.value);
    if (ms === undefined) return `“${this.value.trim()}” is no span of time. ${EXAMPLES}`;
    return this.required && ms === 0 ? 'It must be longer than nothing.' : '';
  }

  override render() {
    const problem = this.told ? this.problem : '';
    return html`<div class="field">
      <label for="input" class=${this.compact ? 'visually-hidden' : 'label'}>${this.label}</label>
      <input id="input" .value=${this.value} placeholder=${this.placeholder} autocomplete="off" spellcheck="false" aria-invalid=${problem !== ''} aria-describedby="hint problem" @input=${this.#typed} />
      <span class="hint" id="hint" ?hidden=${this.hint === '' || problem !== ''}>${this.hint}</span>
      <span class="problem" id="problem" ?hidden=${problem === ''}>${problem}</span>
    </div>`;
  }

  reportValidity(): boolean {
    this.told = true;
    if (this.problem === '') return true;
    this.focus();
    return false;
  }

  override focus(): void {
    this.renderRoot.querySelector('input')?.focus();
  }

  #typed(event: InputEvent): void {
    this.value = (event.target as HTMLInputElement).value;
    this.dispatchEvent(new CustomEvent('change', { detail: this.value.trim() }));
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'duration-field': DurationField;
  }
}
