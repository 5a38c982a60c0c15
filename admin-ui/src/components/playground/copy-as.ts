import { css, html, LitElement } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { curl, python, typescript } from '../../data/connect/snippets.js';
import { base } from '../../styles/base.js';
import '../common/copy-button.js';

const LANGUAGES = [
  ['curl', curl],
  ['TypeScript', typescript],
  ['Python', python],
] as const;

/** Copies a chat request as code for this address, which reads its key from `CHAIN_API_KEY`. */
@customElement('copy-as')
export class CopyAs extends LitElement {
  static override styles = [base, css`div { gap: 0; min-height: 2rem; } .muted { margin-right: var(--space-1); }`];
  @property({ attribute: false }) body: Readonly<Record<string, unknown>> = {};

  override render() {
    return html`<div class="row small" role="group" aria-label="Copy the request as code">
      <span class="muted">Copy as</span>
      ${LANGUAGES.map(([label, write]) => html`<copy-button label=${label} quiet .load=${() => write({ address: location.origin, body: this.body })}></copy-button>`)}
    </div>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'copy-as': CopyAs;
  }
}
