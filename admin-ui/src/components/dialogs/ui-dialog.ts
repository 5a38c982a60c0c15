import { css, html, LitElement, type PropertyValues } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { createRef, ref } from 'lit/directives/ref.js';
import { base } from '../../styles/base.js';
import '../common/ui-icon.js';

let open = 0;

/** While a dialog is open, the page behind it does not scroll: its bar would stand beside that of the dialog. */
const holdPage = (more: 1 | -1): void => {
  const { style, clientWidth } = document.documentElement;
  const hasBar = window.innerWidth > clientWidth;
  open += more;
  if (more === 1 && open > 1) return;
  style.overflow = open > 0 ? 'hidden' : '';
  // The place of the bar stays, so that nothing moves.
  style.scrollbarGutter = open > 0 && hasBar ? 'stable' : '';
};

/**
 * A modal dialog that is open while it is in the document. Its owner renders it to open it, and removes it on `close`.
 * Slots: the content, and `actions` for its buttons.
 */
@customElement('ui-dialog')
export class UiDialog extends LitElement {
  static override styles = [
    base,
    css`
      dialog { width: min(40rem, calc(100vw - 2 * var(--space-3))); max-height: calc(100dvh - 2 * var(--space-4)); padding: 0; color: inherit; background: var(--raised); border: 1px solid var(--line-strong); border-radius: var(--radius); box-shadow: var(--shadow); }
      dialog[data-wide] { width: min(60rem, calc(100vw - 2 * var(--space-3))); }
      dialog::backdrop { background: rgb(8 12 18 / 50%); }
      .frame { display: grid; grid-template-rows: auto minmax(0, 1fr) auto; max-height: calc(100dvh - 2 * var(--space-4)); }
      .head { display: flex; align-items: center; justify-content: space-between; gap: var(--space-3); padding: var(--space-3) var(--space-4); border-bottom: 1px solid var(--line); }
      .content { padding: var(--space-4); overflow: auto; }
      .foot { display: flex; justify-content: flex-end; gap: var(--space-2); flex-wrap: wrap; padding: var(--space-3) var(--space-4); border-top: 1px solid var(--line); }
    `,
  ];
  @property() heading = '';
  @property({ type: Boolean }) wide = false;
  readonly #dialog = createRef<HTMLDialogElement>();
  #pressedOutside = false;
  /** Whether its owner knows that it is closed. */
  #isTold = false;

  override connectedCallback(): void {
    super.connectedCallback();
    holdPage(1);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    holdPage(-1);
  }

  override firstUpdated(_: PropertyValues): void {
    this.#dialog.value?.showModal();
  }

  override render() {
    return html`<dialog ${ref(this.#dialog)} ?data-wide=${this.wide} aria-labelledby="heading" @close=${this.#closed} @cancel=${this.#cancelled} @mousedown=${this.#pressed} @click=${this.#outside}>
      <div class="frame">
        <div class="head"><h2 id="heading">${this.heading}</h2><button class="quiet icon" aria-label="Close" @click=${this.close}><ui-icon name="close"></ui-icon></button></div>
        <div class="content"><slot></slot></div>
        <div class="foot"><slot name="actions"></slot></div>
      </div>
    </dialog>`;
  }

  /** Opens it again if its owner did not remove it. */
  open(): void {
    this.#dialog.value?.showModal();
    this.#isTold = false;
  }

  /** Fires `close` at once: the browser's own `close` may come after the next key, which is for what lies below. */
  close = (): void => {
    this.#dialog.value?.close();
    this.#tell();
  };

  /** The browser closes a dialog without asking when Escape is pressed again. */
  #closed(): void {
    if (this.#dialog.value?.open === false) this.#tell();
  }

  #tell(): void {
    if (this.#isTold) return;
    this.#isTold = true;
    this.dispatchEvent(new CustomEvent('close'));
  }

  /** Ignores a `cancel` that bubbles from a file picker inside. */
  #cancelled(event: Event): void {
    if (event.target !== this.#dialog.value) {
      event.stopPropagation();
      return;
    }
    event.preventDefault();
    this.close();
  }

  /** Neither the second click of a double click nor a text selection that ends outside may close it. */
  #pressed(event: MouseEvent): void {
    this.#pressedOutside = event.target === this.#dialog.value && event.detail < 2;
  }

  #outside(event: MouseEvent): void {
    if (event.target === this.#dialog.value && this.#pressedOutside) this.close();
  }
}
