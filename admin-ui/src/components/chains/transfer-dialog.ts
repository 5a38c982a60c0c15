import { html, LitElement, nothing } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import type { ChainView } from '../../../../src/contract/admin-configuration.js';
import { problemOfTransfer, type Transfer } from '../../data/chains/chain-transfer.js';
import type { Chains } from '../../data/chains/chains.js';
import { base } from '../../styles/base.js';
import type { UiDialog } from '../dialogs/ui-dialog.js';
import '../dialogs/ui-dialog.js';

/** Asks for the chain to which a target is moved or copied. Fires `transfer` (detail: a `Transfer`) and `close`. */
@customElement('transfer-dialog')
export class TransferDialog extends LitElement {
  static override styles = base;
  @property({ attribute: false }) chains: Chains | undefined;
  /** What is moved; its `to` is ignored. */
  @property({ attribute: false }) moving: Omit<Transfer, 'to'> | undefined;
  @state() private to = '';
  @state() private isFirst = false;
  @state() private problem = '';

  override render() {
    const { moving, chains } = this;
    if (moving === undefined || chains === undefined) return nothing;
    const { target, from, copies } = moving;
    const verb = copies ? 'Copy' : 'Move';
    const others = chains.chains.filter(({ name }) => name !== from);
    const hasIt = ({ targets }: ChainView) => targets.some((each) => each.target === target);
    const to = this.to || (others.find((chain) => !hasIt(chain))?.name ?? '');
    return html`<ui-dialog heading="${verb} ${target}" @close=${() => this.dispatchEvent(new CustomEvent('close'))}>
      ${
        others.length === 0
          ? html`<p class="muted">${from} is the only chain. Add another one first.</p>`
          : html`<form class="stack" @submit=${(event: Event) => this.#submit(event, to)}>
              <div class="field"><label class="label" for="to">To chain</label>
                <select id="to" autofocus aria-describedby="problem" @change=${(event: Event) => {
                  this.to = (event.target as HTMLSelectElement).value;
                  this.problem = '';
                }}>${others.map((chain) => html`<option value=${chain.name} ?selected=${chain.name === to} ?disabled=${hasIt(chain)}>${chain.name}${hasIt(chain) ? ' (has it already)' : ''}</option>`)}</select>
              </div>
              <label class="check"><input type="checkbox" .checked=${this.isFirst} @change=${(event: Event) => (this.isFirst = (event.target as HTMLInputElement).checked)} />Put it first instead of last</label>
              <p class="problem" id="problem" role="alert">${this.problem}</p>
            </form>`
      }
      <button slot="actions" @click=${() => this.renderRoot.querySelector<UiDialog>('ui-dialog')?.close()}>Cancel</button>
      ${others.length === 0 ? nothing : html`<button slot="actions" class="primary" @click=${() => this.renderRoot.querySelector('form')?.requestSubmit()}>${verb}</button>`}
    </ui-dialog>`;
  }

  #submit(event: Event, to: string): void {
    event.preventDefault();
    const { moving, chains } = this;
    if (moving === undefined || chains === undefined) return;
    const detail: Transfer = { ...moving, to, ...(this.isFirst ? { at: 0 } : {}) };
    this.problem = problemOfTransfer(chains, detail);
    if (this.problem === '') this.dispatchEvent(new CustomEvent('transfer', { detail }));
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'transfer-dialog': TransferDialog;
  }
}
