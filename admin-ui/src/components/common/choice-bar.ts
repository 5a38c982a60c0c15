import { css, html, LitElement } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { base } from '../../styles/base.js';

export interface Choice {
  readonly value: string;
  readonly text: string;
}

/** A choice among a few values, side by side. Fires `choose` with the value. */
@customElement('choice-bar')
export class ChoiceBar extends LitElement {
  static override styles = [
    base,
    css`
      :host { display: inline-block; }
      fieldset { display: inline-flex; flex-wrap: wrap; margin: 0; padding: 0.125rem; gap: 0.125rem; border: 1px solid var(--line-strong); border-radius: var(--radius-s); background: var(--surface); min-width: 0; }
      label { position: relative; display: inline-flex; align-items: center; min-height: 1.625rem; padding: 0 var(--space-3); border-radius: 0.1875rem; font-weight: 550; color: var(--muted); cursor: pointer; white-space: nowrap; }
      label:hover { color: var(--text); }
      label:has(:checked) { background: var(--accent-soft); color: var(--accent); }
      label:has(:focus-visible) { box-shadow: var(--focus); }
      input { position: absolute; inset: 0; width: 100%; height: 100%; opacity: 0; cursor: pointer; }
      @media (max-width: 40rem) { label { min-height: 2.125rem; } }
    `,
  ];
  @property() label = '';
  @property({ attribute: false }) choices: readonly Choice[] = [];
  @property() value = '';

  override render() {
    return html`<fieldset>
      <legend class="visually-hidden">${this.label}</legend>
      ${this.choices.map(
        ({ value, text }) => html`<label>
          <input type="radio" name="choice" .value=${value} .checked=${value === this.value} @change=${() => this.#choose(value)} />${text}
        </label>`,
      )}
    </fieldset>`;
  }

  #choose(value: string): void {
    this.dispatchEvent(new CustomEvent('choose', { detail: value }));
  }
}
