import { css, html, LitElement, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import type { ToolCall } from '../../data/playground/answer.js';
import type { ToolResult } from '../../data/playground/conversation.js';
import { legibleArguments } from '../../data/playground/tools.js';
import { base } from '../../styles/base.js';

/** The tool calls of an answer. With `open`, their results can be typed. Fires `results` (detail: the results). */
@customElement('tool-calls')
export class ToolCalls extends LitElement {
  static override styles = [
    base,
    css`
      section { border: 1px solid var(--line); border-radius: var(--radius-s); background: var(--surface); padding: var(--space-2) var(--space-3); }
      pre { margin: var(--space-1) 0 0; white-space: pre-wrap; overflow-wrap: anywhere; max-height: 20rem; overflow: auto; }
      .name { font-family: var(--mono); font-weight: 600; overflow-wrap: anywhere; }
    `,
  ];
  @property({ attribute: false }) calls: readonly ToolCall[] = [];
  /** The answer is whole, and nothing was sent after it. */
  @property({ type: Boolean }) open = false;

  override render() {
    const { calls, open } = this;
    return html`<form class="stack" aria-label="Tool calls" @submit=${this.#submit}>
      ${calls.map(
        ({ name, arguments: written }, place) => html`<section role="group" aria-label=${`Call of ${name}`}>
          <p><span class="muted small">calls</span> <span class="name">${name}</span></p>
          ${written.trim() === '' || written.trim() === '{}' ? nothing : html`<pre>${legibleArguments(written)}</pre>`}
          ${open ? html`<label class="field"><span>Result of ${name}</span><textarea name=${`result-${place}`} rows="2" placeholder="What the tool returns, as text or JSON" spellcheck="false"></textarea></label>` : nothing}
        </section>`,
      )}
      ${open ? html`<div class="row"><button>Send ${calls.length === 1 ? 'the result' : 'the results'}</button></div>` : nothing}
    </form>`;
  }

  #submit = (event: SubmitEvent): void => {
    event.preventDefault();
    const fields = [...this.renderRoot.querySelectorAll('textarea')];
    const results = this.calls.map((call, place): ToolResult => ({ call, text: fields[place]?.value ?? '' }));
    this.dispatchEvent(new CustomEvent('results', { detail: results }));
  };
}

declare global {
  interface HTMLElementTagNameMap {
    'tool-calls': ToolCalls;
  }
}
