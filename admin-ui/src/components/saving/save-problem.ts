import { css, html, LitElement, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { ConflictError, changeByHand } from '../../data/server/saving.js';
import { base } from '../../styles/base.js';
import './read-only-note.js';
import '../common/ui-icon.js';

/**
 * Shows why saving failed: the server's message, the change to make by hand if the file cannot be written, or the choice
 * after a conflict. Fires `theirs` or `mine`.
 */
@customElement('save-problem')
export class SaveProblem extends LitElement {
  static override styles = [
    base,
    css`
      .note { display: grid; gap: var(--space-2); border: 1px solid var(--bad); background: var(--bad-soft); border-radius: var(--radius); padding: var(--space-2) var(--space-3); overflow-wrap: anywhere; }
      .note.conflict { border-color: var(--warn); background: var(--warn-soft); }
    `,
  ];
  @property({ attribute: false }) error: unknown;

  override willUpdate(): void {
    this.hidden = this.error === undefined;
  }

  override render() {
    const { error } = this;
    if (error === undefined) return nothing;
    if (changeByHand(error) !== undefined) return html`<read-only-note .error=${error}></read-only-note>`;
    if (!(error instanceof ConflictError))
      return html`<p class="note" role="alert">${error instanceof Error ? error.message : String(error)}</p>`;
    return html`<div class="note conflict" role="alert">
      <p>${error.message} Which version should be kept?</p>
      <div class="row">
        <button type="button" @click=${() => this.#fire('theirs')}>Take theirs</button>
        <button type="button" @click=${() => this.#fire('mine')}>Keep mine</button>
      </div>
    </div>`;
  }

  #fire(type: 'theirs' | 'mine'): void {
    this.dispatchEvent(new CustomEvent(type));
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'save-problem': SaveProblem;
  }
}
