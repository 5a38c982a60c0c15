import { css, html, LitElement } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import type { Timeouts } from '../../../../src/contract/admin-configuration.js';
import { base } from '../../styles/base.js';
import './duration-field.js';
import { type Field, reportValidity } from '../common/field-validity.js';

const FIELDS = [
  ['connect', 'Connect', 'until the connection is established'],
  ['firstToken', 'First token', 'until the first word, or the whole answer'],
  ['idle', 'Idle', 'between two chunks of a stream'],
  ['total', 'Total', 'for the whole attempt'],
] as const;

/** The timeouts for a provider. Fires `change` (detail: `Timeouts` without empty ones) at each input. */
@customElement('timeouts-field')
export class TimeoutsField extends LitElement implements Field {
  static override styles = [
    base,
    css`div { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(10rem, 100%), 1fr)); gap: var(--space-3); align-items: start; }`,
  ];
  @property({ attribute: false }) timeouts: Timeouts = {};
  /** The timeouts that apply to empty fields. */
  @property({ attribute: false }) defaults: Timeouts = {};
  /** The only timeouts to show; all if absent. */
  @property({ attribute: false }) only: ReadonlySet<string> | undefined;

  override render() {
    return html`<div>${FIELDS.filter(([key]) => this.only?.has(key) ?? true).map(
      ([key, label, hint]) =>
        html`<duration-field label=${label} hint=${hint} placeholder=${this.defaults[key] ?? 'default'} .value=${this.timeouts[key] ?? ''} @change=${(event: CustomEvent<string>) => this.#change(key, event.detail)}></duration-field>`,
    )}</div>`;
  }

  reportValidity(): boolean {
    return reportValidity(this.renderRoot);
  }

  #change(key: keyof Timeouts, text: string): void {
    const { [key]: _, ...others } = this.timeouts;
    this.timeouts = text === '' ? others : { ...others, [key]: text };
    this.dispatchEvent(new CustomEvent('change', { detail: this.timeouts }));
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'timeouts-field': TimeoutsField;
  }
}
