import { css, html, LitElement } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { safeAddress } from '../../data/playground/markdown.js';
import { base } from '../../styles/base.js';

const DATA = /^data:image\/(?:png|jpeg|webp|gif|avif);base64,/i;

/**
 * An image that a model wrote into its text. It is not loaded: its address can carry what was said to a stranger. A click opens
 * it in a tab of its own; an image that is in the text itself is shown on a click.
 */
@customElement('model-image')
export class ModelImage extends LitElement {
  static override styles = [
    base,
    css`
      :host { display: inline; }
      img { display: block; max-width: 100%; max-height: 32rem; border-radius: var(--radius-s); border: 1px solid var(--line); }
      a, button { font-weight: 400; white-space: normal; }
      .image { display: inline-block; padding: 0 var(--space-2); border: 1px dashed var(--line-strong); border-radius: var(--radius-s); }
    `,
  ];
  @property() url = '';
  @property() about = '';
  @state() private isShown = false;

  override render() {
    const { url, about } = this;
    const name = about === '' ? 'Image' : `Image: ${about}`;
    if (DATA.test(url)) {
      if (this.isShown) return html`<img src=${url} alt=${about === '' ? 'Image of the model' : about} />`;
      return html`<button type="button" @click=${() => (this.isShown = true)}>${name} · show it</button>`;
    }
    const address = safeAddress(url);
    if (address === undefined) return html`<span class="image">${name}</span>`;
    return html`<a class="image" href=${address} target="_blank" rel="noopener noreferrer" title=${address}>${name} · open at ${new URL(address).host}</a>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'model-image': ModelImage;
  }
}
