import { css, html, LitElement, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import type { Writable } from '../../../../src/contract/admin-configuration.js';
import { base } from '../../styles/base.js';

/** Warns that changes cannot be saved, or that they end with the process. */
@customElement('writable-note')
export class WritableNote extends LitElement {
  static override styles = [
    base,
    css`
      p { border: 1px solid var(--line); background: var(--sunken); border-radius: var(--radius); padding: var(--space-2) var(--space-3); }
      p.no { border-color: var(--warn); background: var(--warn-soft); }
    `,
  ];
  @property({ attribute: false }) writable: Writable | undefined;

  override render() {
    const { writable } = this;
    if (writable?.ok === false)
      return html`<p class="no">${writable.reason} What you change here is shown as the change to make by hand.</p>`;
    if (writable?.kept === false)
      return html`<p class="muted small">Changes take effect at once, and are lost when 429chain stops.</p>`;
    return nothing;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'writable-note': WritableNote;
  }
}
