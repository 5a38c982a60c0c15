import { css, html, LitElement } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { createRef, ref } from 'lit/directives/ref.js';
import type { ProblemView } from '../../../../src/contract/admin-configuration.js';
import { base } from '../../styles/base.js';

/** A text editor with line numbers and marks for problems. Fires `change` at each input. */
@customElement('text-editor')
export class TextEditor extends LitElement {
  static override styles = [
    base,
    css`
      :host { --row: 1.3125rem; }
      .frame { display: grid; grid-template-columns: auto minmax(0, 1fr); height: min(60dvh, 44rem); min-height: 16rem; border: 1px solid var(--line-strong); border-radius: var(--radius); overflow: hidden; background: var(--surface); }
      .frame:focus-within { box-shadow: var(--focus); }
      .gutter { overflow: hidden; background: var(--sunken); color: var(--muted); border-right: 1px solid var(--line); font: var(--text-s) / var(--row) var(--mono); text-align: right; user-select: none; }
      ol { padding: var(--space-2) 0; will-change: transform; }
      li { padding: 0 var(--space-2) 0 var(--space-3); height: var(--row); }
      li.wrong { background: var(--bad-soft); color: var(--bad); font-weight: 700; box-shadow: inset 3px 0 var(--bad); }
      textarea { border: 0; border-radius: 0; resize: none; height: 100%; padding: var(--space-2) var(--space-3); font: var(--text-m) / var(--row) var(--mono); white-space: pre; overflow: auto; tab-size: 2; background: transparent; }
      textarea:focus-visible { box-shadow: none; }
      @media (max-width: 40rem) { textarea { font-size: 1rem; } }
    `,
  ];
  @property() label = '';
  @property() text = '';
  @property({ attribute: false }) problems: readonly ProblemView[] = [];
  @state() private scrolled = 0;
  readonly #area = createRef<HTMLTextAreaElement>();

  override render() {
    const wrong = new Set(this.problems.map(({ line }) => line));
    const lines = this.text.split('\n').length;
    return html`<div class="frame">
      <div class="gutter" aria-hidden="true"><ol .style=${`transform: translateY(-${this.scrolled}px)`}>${Array.from({ length: lines }, (_, index) => html`<li class=${wrong.has(index + 1) ? 'wrong' : ''}>${index + 1}</li>`)}</ol></div>
      <textarea ${ref(this.#area)} aria-label=${this.label} aria-invalid=${wrong.size > 0} wrap="off" spellcheck="false" autocomplete="off" autocapitalize="off" .value=${this.text} @input=${this.#typed} @scroll=${this.#follow}></textarea>
    </div>`;
  }

  /** Moves the cursor to a position and scrolls to it. Lines and columns start at 1. */
  goTo({ line, column }: Pick<ProblemView, 'line' | 'column'>): void {
    const area = this.#area.value;
    if (area === undefined) return;
    const before = this.text.split('\n').slice(0, line - 1);
    const at = before.reduce((sum, { length }) => sum + length + 1, 0) + column - 1;
    area.focus();
    area.setSelectionRange(at, at);
    const row = Number.parseFloat(getComputedStyle(area).lineHeight);
    area.scrollTop = Math.max(0, (line - 1) * row - area.clientHeight / 2);
  }

  #typed = (event: InputEvent): void => {
    this.text = (event.target as HTMLTextAreaElement).value;
    this.dispatchEvent(new CustomEvent('change', { detail: this.text }));
  };

  #follow = (event: Event): void => {
    this.scrolled = (event.target as HTMLTextAreaElement).scrollTop;
  };
}

declare global {
  interface HTMLElementTagNameMap {
    'text-editor': TextEditor;
  }
}
