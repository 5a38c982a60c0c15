import { css, html, LitElement } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { base } from '../../styles/base.js';

/** A figure with its label and an explanation (default slot). */
@customElement('figure-tile')
export class FigureTile extends LitElement {
  static override styles = [
    base,
    css`
      div { display: grid; align-content: start; gap: 0.125rem; height: 100%; }
      strong { font-size: var(--text-xl); font-weight: 650; font-variant-numeric: tabular-nums; letter-spacing: -0.01em; }
      /* Two lines, whatever is in them: what is below does not move. */
      p { color: var(--muted); font-size: var(--text-s); line-height: 1.4; min-height: 2.8em; }
    `,
  ];
  @property() label = '';
  @property() value = '';

  override render() {
    return html`<div class="card"><span>${this.label}</span><strong>${this.value}</strong><p><slot></slot></p></div>`;
  }
}
