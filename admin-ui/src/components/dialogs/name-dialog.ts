import { html, LitElement } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { base } from '../../styles/base.js';
import type { UiDialog } from './ui-dialog.js';
import './ui-dialog.js';

/** Asks for a name. Fires `named` (detail: the name), and `close`, on which its owner removes it. */
@customElement('name-dialog')
export class NameDialog extends LitElement {
  static override styles = base;
  @property() heading = '';
  @property() hint = '';
  /** The label of the confirming button. */
  @property() yes = '';
  @property() value = '';
  /** The pattern of a valid name. */
  @property() pattern = '.*';
  /** Names that are taken. */
  @property({ attribute: false }) taken: readonly string[] = [];

  override async firstUpdated(): Promise<void> {
    await this.renderRoot.querySelector<UiDialog>('ui-dialog')?.updateComplete;
    this.renderRoot.querySelector('input')?.select();
  }

  override render() {
    return html`<ui-dialog .heading=${this.heading} @close=${() => this.dispatchEvent(new CustomEvent('close'))}>
      <form class="stack" @submit=${this.#submit}>
        <div class="field"><label class="label" for="name">Name</label>
          <input id="name" name="name" required pattern=${this.pattern} autocomplete="off" spellcheck="false" aria-describedby="hint" .value=${this.value} @input=${(event: InputEvent) => (event.target as HTMLInputElement).setCustomValidity('')} />
          <span class="hint" id="hint">${this.hint}</span>
        </div>
        <slot></slot>
      </form>
      <button slot="actions" @click=${() => this.renderRoot.querySelector<UiDialog>('ui-dialog')?.close()}>Cancel</button>
      <button slot="actions" class="primary" @click=${() => this.renderRoot.querySelector('form')?.requestSubmit()}>${this.yes}</button>
    </ui-dialog>`;
  }

  #submit = (event: SubmitEvent): void => {
    event.preventDefault();
    const input = this.renderRoot.querySelector('input') as HTMLInputElement;
    const name = input.value.trim();
    input.setCustomValidity(this.taken.includes(name) ? `“${name}” is there already. Choose another name.` : '');
    if (input.reportValidity()) this.dispatchEvent(new CustomEvent('named', { detail: name }));
  };
}

declare global {
  interface HTMLElementTagNameMap {
    'name-dialog': NameDialog;
  }
}
