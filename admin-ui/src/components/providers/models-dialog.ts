import { html, LitElement } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import type { ModelsReply } from '../../../../src/contract/models.js';
import { call } from '../../data/server/client.js';
import { Resource } from '../../data/server/resource.js';
import { base } from '../../styles/base.js';
import { localTime } from '../common/local-time.js';
import '../common/load-state.js';
import './model-list.js';
import './trial-result.js';
import '../dialogs/ui-dialog.js';

/** The current models of a provider. Fires `close`. */
@customElement('models-dialog')
export class ModelsDialog extends LitElement {
  static override styles = base;
  /** The id of the provider. */
  @property() provider = '';
  readonly #models = new Resource<ModelsReply>(this, (signal) =>
    call('GET /providers/:id/models', { params: { id: this.provider }, signal }),
  );

  override render() {
    const { value } = this.#models;
    return html`<ui-dialog wide heading="Models of ${this.provider}" @close=${() => this.dispatchEvent(new CustomEvent('close'))}>
      <load-state .of=${this.#models}>${value === undefined ? '' : this.#content(value)}</load-state>
      <span slot="actions" class="muted small grow">${value === undefined ? '' : html`Requested at ${localTime(value.at)}`}</span>
      <button slot="actions" ?disabled=${this.#models.loading} @click=${() => this.#models.reload()}>Ask again</button>
    </ui-dialog>`;
  }

  #content(reply: ModelsReply) {
    return html`<div class="stack">
      <trial-result .trial=${reply}></trial-result>
      ${reply.models.length === 0 ? '' : html`<model-list .models=${reply.models}></model-list>`}
    </div>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'models-dialog': ModelsDialog;
  }
}
