import { css, html, LitElement } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { type Asked, curl, python, typescript } from '../../data/connect/snippets.js';
import type { Attachment } from '../../data/playground/conversation.js';
import type { PlaygroundProtocol } from '../../data/playground/protocol.js';
import { base } from '../../styles/base.js';
import '../common/copy-button.js';

const CURL = ['curl', curl] as const;

/** Chat has code for SDKs too. */
const LANGUAGES = [CURL, ['TypeScript', typescript], ['Python', python]] as const;

/** Copies a request as code for this address, which reads its key from `CHAIN_API_KEY`. */
@customElement('copy-as')
export class CopyAs extends LitElement {
  static override styles = [
    base,
    css`div { gap: 0; min-height: 2rem; } .muted { margin: 0 var(--space-1) 0 var(--space-3); }`,
  ];
  @property({ attribute: false }) protocol!: PlaygroundProtocol;
  @property({ attribute: false }) body: Readonly<Record<string, unknown>> = {};
  @property({ attribute: false }) file: Attachment | undefined;

  override render() {
    const languages = this.protocol.id === 'chat' ? LANGUAGES : [CURL];
    return html`<div class="row small" role="group" aria-label="Copy the request as code">
      <span class="muted">Copy as</span>
      ${languages.map(([label, write]) => html`<copy-button label=${label} quiet .load=${() => write(this.#asked())}></copy-button>`)}
    </div>`;
  }

  #asked(): Asked {
    const { body, file } = this;
    const { path } = this.protocol;
    return { address: location.origin, path, body, ...(file === undefined ? {} : { file: file.name }) };
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'copy-as': CopyAs;
  }
}
