import { css, html, LitElement } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import type { Resource } from '../../data/server/resource.js';
import { base } from '../../styles/base.js';
import './ui-icon.js';

/**
 * Wraps content that a page loads. It shows a note during the first load, and after a failure the error with a retry
 * button above the earlier content.
 */
@customElement('load-state')
export class LoadState extends LitElement {
  static override styles = [
    base,
    css`
      .note { display: flex; align-items: center; gap: var(--space-3); border: 1px solid var(--bad); background: var(--bad-soft); border-radius: var(--radius); padding: var(--space-2) var(--space-3); margin-bottom: var(--space-3); }
      .note span { flex: 1; overflow-wrap: anywhere; }
      .note ui-icon { color: var(--bad); }
      .waiting { display: grid; gap: var(--space-2); }
      .waiting i { height: 2.5rem; border-radius: var(--radius); background: var(--sunken); animation: breathe 1.6s ease-in-out infinite; animation-delay: 200ms; }
      @keyframes breathe { 50% { opacity: 0.45; } }
    `,
  ];
  // biome-ignore lint/suspicious/noExplicitAny: whatever the page loads
  @property({ attribute: false, hasChanged: () => true }) of: Resource<any> | undefined;

  override render() {
    const { value, error } = this.of ?? {};
    const note =
      error === undefined
        ? ''
        : html`<div class="note" role="alert"><ui-icon name="warning"></ui-icon><span>${error.message}</span><button @click=${() => this.of?.reload()}>Try again</button></div>`;
    if (value !== undefined) return html`${note}<slot></slot>`;
    if (error !== undefined) return note;
    return html`<div class="waiting" role="status"><span class="visually-hidden">Loading</span><i></i><i></i><i></i></div>`;
  }
}
