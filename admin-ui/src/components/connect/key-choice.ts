import { css, html, LitElement } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import type { ApiKeyView, KeysReply } from '../../../../src/contract/admin-configuration.js';
import { freeLabel, makeKey } from '../../data/settings/keys.js';
import { base } from '../../styles/base.js';
import '../saving/save-problem.js';
import '../common/ui-icon.js';

/** Chooses the key for a program, or creates a new one. Fires `choose` (detail: the label) and `made` (the same). */
@customElement('key-choice')
export class KeyChoice extends LitElement {
  static override styles = [base, css`.choice { align-items: end; } select { width: auto; max-width: 20rem; }`];
  @property({ attribute: false }) reply!: KeysReply;
  @property({ attribute: false }) chosen: ApiKeyView | undefined;
  /** The program of a new key. */
  @property() program = '';
  @state() private problem: unknown;
  @state() private making = false;

  override render() {
    const { keys } = this.reply;
    return html`<div class="stack">
      <div class="row choice">
        ${keys.length === 0 ? html`<p>Programs need a client key.</p>` : html`<label class="field"><span>Key</span><select name="key" @change=${(event: Event) => this.#fire('choose', (event.target as HTMLSelectElement).value)}>${keys.map(({ label, masked }) => html`<option value=${label} ?selected=${label === this.chosen?.label}>${label} (${masked})</option>`)}</select></label>`}
        <button ?disabled=${this.making} @click=${this.#make}><ui-icon name="key"></ui-icon>New key for ${this.program}</button>
      </div>
      <save-problem .error=${this.problem} @mine=${this.#make} @theirs=${() => (this.problem = undefined)}></save-problem>
    </div>`;
  }

  #make = async (): Promise<void> => {
    this.problem = undefined;
    this.making = true;
    try {
      const { label } = await makeKey(this.reply, freeLabel(this.program, this.reply.keys));
      this.#fire('made', label);
    } catch (error) {
      this.problem = error;
    }
    this.making = false;
  };

  #fire(type: 'choose' | 'made', label: string): void {
    this.dispatchEvent(new CustomEvent(type, { detail: label }));
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'key-choice': KeyChoice;
  }
}
