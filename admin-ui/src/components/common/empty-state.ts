import { css, html, LitElement } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { base } from '../../styles/base.js';
import type { IconName } from './ui-icon.js';
import './ui-icon.js';

/** Replaces missing content: what would be here, and what to do next (default slot). */
@customElement('empty-state')
export class EmptyState extends LitElement {
  static override styles = [
    base,
    css`
      div { display: grid; justify-items: center; text-align: center; gap: var(--space-2); padding: var(--space-6) var(--space-4); border: 1px dashed var(--line-strong); border-radius: var(--radius); }
      ui-icon { width: 1.75rem; height: 1.75rem; color: var(--water); }
      p { color: var(--muted); max-width: 32rem; }
      nav { display: flex; gap: var(--space-2); flex-wrap: wrap; justify-content: center; margin-top: var(--space-2); }
    `,
  ];
  @property() icon: IconName = 'drop';
  @property() heading = '';
  @property() text = '';

  override render() {
    return html`<div><ui-icon name=${this.icon}></ui-icon><h2>${this.heading}</h2><p>${this.text}</p><nav aria-label="What to do next"><slot></slot></nav></div>`;
  }
}
