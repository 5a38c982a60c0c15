import { css, html, LitElement } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { base } from '../../styles/base.js';

/** The header of a page: title, description (default slot) and actions (slot `actions`). */
@customElement('page-header')
export class PageHeader extends LitElement {
  static override styles = [
    base,
    css`
      :host { margin-bottom: var(--space-4); }
      header { display: flex; justify-content: space-between; align-items: flex-start; gap: var(--space-3); flex-wrap: wrap; }
      .line { color: var(--muted); max-width: 46rem; min-height: 1lh; }
      .actions { display: flex; gap: var(--space-2); flex-wrap: wrap; }
    `,
  ];
  @property() heading = '';

  override render() {
    return html`<header>
      <div><h1>${this.heading}</h1><div class="line"><slot></slot></div></div>
      <div class="actions"><slot name="actions"></slot></div>
    </header>`;
  }
}
