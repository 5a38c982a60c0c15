import { html, LitElement } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { base } from '../../styles/base.js';
import type { UiDialog } from './ui-dialog.js';
import './ui-dialog.js';

export interface Question {
  readonly heading: string;
  readonly text: string;
  /** The label of the confirming button. */
  readonly yes: string;
  readonly no?: string;
  readonly danger?: boolean;
}

/** Asks for confirmation. @returns whether the user confirmed */
export const confirm = (question: Question): Promise<boolean> =>
  new Promise((resolve) => {
    const dialog = document.createElement('confirm-dialog');
    dialog.question = question;
    dialog.addEventListener('answer', (event) => {
      dialog.remove();
      resolve((event as CustomEvent<boolean>).detail);
    });
    document.body.append(dialog);
  });

@customElement('confirm-dialog')
class ConfirmDialog extends LitElement {
  static override styles = base;
  @property({ attribute: false }) question: Question = { heading: '', text: '', yes: '' };
  #yes = false;

  override render() {
    const { heading, text, yes, no = 'Cancel', danger = false } = this.question;
    return html`<ui-dialog .heading=${heading} @close=${() => this.dispatchEvent(new CustomEvent('answer', { detail: this.#yes }))}>
      <p>${text}</p>
      <button slot="actions" ?autofocus=${danger} @click=${() => this.#close(false)}>${no}</button>
      <button slot="actions" class=${danger ? 'danger' : 'primary'} ?autofocus=${!danger} @click=${() => this.#close(true)}>${yes}</button>
    </ui-dialog>`;
  }

  #close(yes: boolean): void {
    this.#yes = yes;
    this.renderRoot.querySelector<UiDialog>('ui-dialog')?.close();
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'confirm-dialog': ConfirmDialog;
  }
}
