import { html, LitElement } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { base } from '../../styles/base.js';
import type { UiDialog } from '../dialogs/ui-dialog.js';
import '../dialogs/ui-dialog.js';

/** Asks for the place of a target, from 1. Fires `placed` (detail: the place) and `close`. */
@customElement('place-dialog')
export class PlaceDialog extends LitElement {
  static override styles = base;
  @property() name = '';
  /** Its place now. */
  @property({ type: Number }) place = 1;
  @property({ type: Number }) count = 1;

  override async firstUpdated(): Promise<void> {
    await this.renderRoot.querySelector<UiDialog>('ui-dialog')?.updateComplete;
    this.renderRoot.querySelector('input')?.select();
  }

  override render() {
    return html`<ui-dialog heading="Move ${this.name}" @close=${() => this.dispatchEvent(new CustomEvent('close'))}>
      <form @submit=${this.#submit}>
        <div class="field"><label class="label" for="place">Place</label>
          <input id="place" type="number" required min="1" max=${this.count} step="1" aria-describedby="about-place" .value=${String(this.place)} />
          <span class="hint" id="about-place">From 1, which is asked first, to ${this.count}.</span>
        </div>
      </form>
      <button slot="actions" @click=${() => this.renderRoot.querySelector<UiDialog>('ui-dialog')?.close()}>Cancel</button>
      <button slot="actions" class="primary" @click=${() => this.renderRoot.querySelector('form')?.requestSubmit()}>Move</button>
    </ui-dialog>`;
  }

  #submit = (event: Event): void => {
    event.preventDefault();
    const place = Number(this.renderRoot.querySelector('input')?.value);
    this.dispatchEvent(new CustomEvent('placed', { detail: place }));
  };
}

declare global {
  interface HTMLElementTagNameMap {
    'place-dialog': PlaceDialog;
  }
}
