import { html, LitElement } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { copyText } from '../../data/browser/clipboard.js';
import { base } from '../../styles/base.js';
import { toastError } from './toast-host.js';
import './ui-icon.js';

const SAYS_SO_MS = 2_000;

/** Copies a text to the clipboard. `load` gets the text at the click, such as a key. */
@customElement('copy-button')
export class CopyButton extends LitElement {
  static override styles = base;
  @property() label = 'Copy';
  /** What is copied, for screen readers. */
  @property() of = '';
  /** Without a border. */
  @property({ type: Boolean }) quiet = false;
  @property({ attribute: false }) load: () => string | Promise<string> = () => '';
  @state() private copied = false;

  override render() {
    const words = this.copied ? 'Copied' : this.label;
    const name = this.of === '' ? words : `${words} ${this.of}`;
    return html`<button type="button" class=${this.quiet ? 'quiet' : ''} aria-label=${name} @click=${this.#copy}><ui-icon name=${this.copied ? 'check' : 'copy'}></ui-icon><span role="status">${words}</span></button>`;
  }

  #copy = async (): Promise<void> => {
    try {
      await copyText(await this.load());
      this.copied = true;
      setTimeout(() => (this.copied = false), SAYS_SO_MS);
    } catch (error) {
      toastError(error);
    }
  };
}

declare global {
  interface HTMLElementTagNameMap {
    'copy-button': CopyButton;
  }
}
