import { css, html, LitElement } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { base } from '../../styles/base.js';
import './copy-button.js';

/** Text for another program with its place, its language and a copy button. */
@customElement('code-block')
export class CodeBlock extends LitElement {
  static override styles = [
    base,
    css`
      :host { min-width: 0; }
      figure { border: 1px solid var(--line); border-radius: var(--radius); overflow: hidden; background: var(--sunken); }
      figcaption { display: flex; align-items: center; justify-content: space-between; gap: var(--space-3); padding: var(--space-1) var(--space-1) var(--space-1) var(--space-3); border-bottom: 1px solid var(--line); background: var(--surface); }
      figcaption span { overflow-wrap: anywhere; }
      pre { margin: 0; padding: var(--space-3); overflow: auto; max-height: 32rem; tab-size: 2; }
      pre:focus-visible { box-shadow: inset 0 0 0 2px var(--accent); }
    `,
  ];
  /** Its place, such as a file or a terminal. */
  @property() where = '';
  @property() language = '';
  /** It is one of many, and no landmark. */
  @property({ type: Boolean }) many = false;
  @property() text = '';
  /** The text to copy, if it differs from the shown text: a key instead of its mask. */
  @property({ attribute: false }) load: (() => string | Promise<string>) | undefined;

  override render() {
    return html`<figure>
      <figcaption><span><code>${this.where}</code> ${this.language === '' ? '' : html`<span class="muted small">${this.language}</span>`}</span><copy-button of=${this.where} .load=${this.load ?? (() => this.text)}></copy-button></figcaption>
      <pre tabindex="0" role=${this.many ? 'group' : 'region'} aria-label=${this.where}>${this.text}</pre>
    </figure>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'code-block': CodeBlock;
  }
}
