import { css, html, LitElement } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { signIn } from '../data/server/session.js';
import { base } from '../styles/base.js';
import '../components/common/ui-icon.js';

/** Asks for the admin key. Fires `signed-in`. */
@customElement('sign-in')
class SignIn extends LitElement {
  static override styles = [
    base,
    css`
      :host { display: grid; place-items: center; min-height: 100dvh; padding: var(--space-4); }
      form { width: min(24rem, 100%); }
      h1 { display: flex; align-items: center; gap: var(--space-2); }
      h1 ui-icon { color: var(--water); width: 1.5rem; height: 1.5rem; }
    `,
  ];
  /** A page with unsaved changes is kept. */
  @property({ type: Boolean }) keeps = false;
  @state() private problem = '';
  @state() private busy = false;

  override render() {
    return html`<form class="card stack" @submit=${this.#submit}>
      <h1><ui-icon name="waterfall"></ui-icon>429chain</h1>
      ${this.keeps ? html`<p role="status">Your session is over. Sign in again: your changes are still here, unsaved.</p>` : ''}
      <label class="field">
        <span>Admin key</span>
        <input name="key" type="password" autocomplete="current-password" autofocus required aria-describedby="hint problem" aria-invalid=${this.problem !== ''} />
      </label>
      <p class="hint" id="hint">429chain generates it at its first start. It is in the file <code>admin-key</code> of the data folder, or in <code>.env</code> as <code>CHAIN_ADMIN_KEY</code>. If the configuration sets <code>server.adminKey</code>, use that.</p>
      <p class="problem" id="problem" role="alert">${this.problem}</p>
      <button class="primary" ?disabled=${this.busy}>Sign in</button>
    </form>`;
  }

  #submit = async (event: SubmitEvent): Promise<void> => {
    event.preventDefault();
    const input = this.renderRoot.querySelector('input') as HTMLInputElement;
    this.busy = true;
    this.problem = '';
    try {
      await signIn(input.value.trim());
      this.dispatchEvent(new CustomEvent('signed-in'));
    } catch (error) {
      this.problem = (error as Error).message;
      input.select();
    }
    this.busy = false;
  };
}

declare global {
  interface HTMLElementTagNameMap {
    'sign-in': SignIn;
  }
}
