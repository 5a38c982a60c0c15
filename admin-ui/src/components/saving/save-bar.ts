import { css, html, LitElement } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { isSaveKey } from '../../data/browser/save-key.js';
import { base } from '../../styles/base.js';

/** The height that toasts must stay above. */
const LIFT = '--toast-lift';

/**
 * The bar with the buttons to save and discard, shown while there are unsaved changes. Its content is the problem.
 * It is last in a page that is a column of at least the window's height. Fires `save` (also for Ctrl+S) and `discard`.
 */
@customElement('save-bar')
export class SaveBar extends LitElement {
  static override styles = [
    base,
    css`
      :host { position: sticky; bottom: 0; z-index: 10; margin: auto 0 calc(-1 * var(--space-6)); padding-top: var(--space-3); }
      section { background: var(--raised); border: 1px solid var(--line-strong); border-bottom: 0; border-radius: var(--radius) var(--radius) 0 0; box-shadow: var(--shadow); padding: var(--space-2) var(--space-3); display: grid; gap: var(--space-2); }
      .problems { max-height: 50dvh; overflow: auto; }
      .words { font-weight: 550; }
    `,
  ];
  @property() action = 'Save';
  @property({ type: Boolean }) saving = false;
  /** The user has to choose a version before anything can be saved. */
  @property({ type: Boolean }) conflict = false;

  override connectedCallback(): void {
    super.connectedCallback();
    window.addEventListener('keydown', this.#onKey);
    document.documentElement.style.setProperty(LIFT, '3.5rem');
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    window.removeEventListener('keydown', this.#onKey);
    document.documentElement.style.removeProperty(LIFT);
  }

  override render() {
    return html`<section aria-label="Unsaved changes">
      <div class="problems"><slot></slot></div>
      <div class="row between">
        <span class="words" role="status">${this.saving ? 'Saving…' : this.conflict ? 'Choose a version' : 'Unsaved changes'}</span>
        <span class="row">
          <button type="button" ?disabled=${this.saving || this.conflict} @click=${() => this.#fire('discard')}>Discard</button>
          <button type="button" class="primary" aria-keyshortcuts="Control+S Meta+S" ?disabled=${this.conflict} @click=${() => this.#fire('save')}>${this.action}</button>
        </span>
      </div>
    </section>`;
  }

  #onKey = (event: KeyboardEvent): void => {
    if (!isSaveKey(event)) return;
    event.preventDefault();
    if (!this.conflict) this.#fire('save');
  };

  #fire(type: 'save' | 'discard'): void {
    this.dispatchEvent(new CustomEvent(type));
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'save-bar': SaveBar;
  }
}
