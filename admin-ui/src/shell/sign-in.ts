import { css, html, LitElement, type TemplateResult } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import type { AdminKeyPlace } from '../../../src/contract/admin-api.js';
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
      main { width: min(24rem, 100%); }
      h1 { display: flex; align-items: center; gap: var(--space-2); }
      h1 ui-icon { color: var(--water); width: 1.5rem; height: 1.5rem; }
    `,
  ];
  /** A page with unsaved changes is kept. */
  @property({ type: Boolean }) keeps = false;
  /** Where the key is, if the server says it. */
  @property({ attribute: false }) keyPlace: AdminKeyPlace | undefined;
  @state() private problem = '';
  @state() private busy = false;

  override render() {
    return html`<main><form class="card stack" @submit=${this.#submit}>
      <h1><ui-icon name="waterfall"></ui-icon>429chain</h1>
      ${this.keeps ? html`<p role="status">Your session ended. Sign in again: your unsaved changes are still here.</p>` : ''}
      <label class="field">
        <span>Admin key</span>
        <input name="key" type="password" autocomplete="current-password" autofocus required aria-describedby="hint problem" aria-invalid=${this.problem !== ''} />
      </label>
      <p class="hint" id="hint">${placeOf(this.keyPlace)}</p>
      <p class="problem" id="problem" role="alert">${this.problem}</p>
      <button class="primary" ?disabled=${this.busy}>Sign in</button>
    </form></main>`;
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

const code = (text: string): TemplateResult => html`<code>${text}</code>`;

/** Says where to look for the key, on the machine that runs 429chain. */
const placeOf = (place: AdminKeyPlace | undefined): TemplateResult | string => {
  switch (place?.kind) {
    case 'data-folder':
      return place.file.includes('/')
        ? html`429chain generated the key at its first start. It is in the file ${code(place.file)}, beside the configuration.`
        : html`429chain generated the key at its first start. It is in the file ${code(place.file)} of the data folder (${code('dataDir')}).`;
    case 'configuration':
      return html`The key is ${code('server.adminKey')} in ${place.file === undefined ? 'the configuration' : code(place.file)}.`;
    case 'environment':
      return html`The key is in the environment of 429chain, as ${code(place.variable)}.`;
    case 'secret-file':
      return html`The key is in the file that ${code(place.variable)} names, in the environment of 429chain.`;
    case 'dot-env':
      return html`The key is in the file ${code('.env')} beside ${place.file === undefined ? 'the configuration' : code(place.file)}, as ${code(place.variable)}.`;
    default:
      return '';
  }
};

declare global {
  interface HTMLElementTagNameMap {
    'sign-in': SignIn;
  }
}
