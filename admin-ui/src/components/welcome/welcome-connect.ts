import { css, html, LitElement, nothing } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import type { ApiKeyView, KeysReply } from '../../../../src/contract/admin-configuration.js';
import { firstLines } from '../../data/connect/first-lines.js';
import { call } from '../../data/server/client.js';
import { Resource } from '../../data/server/resource.js';
import { makeKey, revealKey } from '../../data/settings/keys.js';
import { base } from '../../styles/base.js';
import '../common/copy-button.js';
import '../common/load-state.js';
import '../saving/save-problem.js';

const NEW_LABEL = 'first';

/** Code for a terminal and the SDKs, with this address and a key that is masked until it is copied. */
@customElement('welcome-connect')
export class WelcomeConnect extends LitElement {
  static override styles = [
    base,
    css`
      .snippets { max-width: 52rem; }
      pre { margin: 0; overflow: auto; padding: var(--space-3); background: var(--sunken); border-radius: var(--radius-s); }
      select { width: auto; }
    `,
  ];
  @property() chain = '';
  @state() private label = '';
  @state() private problem: unknown;
  readonly #keys = new Resource<KeysReply>(this, (signal) => call('GET /keys', { signal }));

  override render() {
    const { value } = this.#keys;
    return html`<load-state .of=${this.#keys}>${value === undefined ? nothing : this.#content(value)}</load-state>`;
  }

  #content({ keys }: KeysReply) {
    const key = keys.find(({ label }) => label === this.label) ?? keys[0];
    if (key === undefined)
      return html`<div class="card stack"><p>Programs need a client key.</p><save-problem .error=${this.problem}></save-problem><div><button class="primary" @click=${this.#make}>Create a key</button></div></div>`;
    return html`<div class="stack snippets">
      <div class="row">
        ${keys.length === 1 ? nothing : html`<label class="row"><span>Key</span><select @change=${(event: Event) => (this.label = (event.target as HTMLSelectElement).value)}>${keys.map(({ label }) => html`<option ?selected=${label === key.label}>${label}</option>`)}</select></label>`}
        <span class="muted">The key is masked here: <code>${key.masked}</code>. What you copy contains the whole key.</span>
      </div>
      ${firstLines(location.origin, this.chain, key.masked).map(
        ({ title, text }) => html`<section class="card stack" aria-label=${title}>
        <div class="row between"><h2>${title}</h2><copy-button of=${title} .load=${() => this.#whole(title, key)}></copy-button></div>
        <pre tabindex="0">${text}</pre>
      </section>`,
      )}
      <div class="row"><a class="button primary" href="/admin/">Open the overview</a><a class="button" href="/admin/connect">More programs</a></div>
    </div>`;
  }

  async #whole(title: string, { label }: ApiKeyView): Promise<string> {
    return (
      firstLines(location.origin, this.chain, await revealKey(label)).find((each) => each.title === title)?.text ?? ''
    );
  }

  #make = async (): Promise<void> => {
    this.problem = undefined;
    try {
      const { value } = this.#keys;
      if (value !== undefined) await makeKey(value, NEW_LABEL);
    } catch (error) {
      this.problem = error;
    }
    await this.#keys.reload();
  };
}

declare global {
  interface HTMLElementTagNameMap {
    'welcome-connect': WelcomeConnect;
  }
}
