import { css, html, LitElement, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import type { ApiError } from '../../data/server/client.js';
import { changeByHand } from '../../data/server/saving.js';
import { base } from '../../styles/base.js';
import '../common/copy-button.js';

/** Says why the configuration cannot be written, and shows the change to make by hand. */
@customElement('read-only-note')
export class ReadOnlyNote extends LitElement {
  static override styles = [
    base,
    css`
      section { border-color: var(--warn); background: var(--warn-soft); padding: var(--space-3); }
      pre { margin: 0; background: var(--surface); border: 1px solid var(--line); border-radius: var(--radius-s); padding: var(--space-2) var(--space-3); overflow: auto; }
      del, ins { display: block; text-decoration: none; }
      del { color: var(--bad); } ins { color: var(--good); }
    `,
  ];
  /** The `read_only` error. */
  @property({ attribute: false }) error: ApiError | undefined;

  override render() {
    const change = changeByHand(this.error);
    if (change === undefined) return nothing;
    const { file = 'the configuration', line, removed, added, variables } = change;
    return html`<section class="card stack" role="alert" aria-label="The configuration cannot be written">
      <p>${this.error?.message}</p>
      <p>In <code>${file}</code>, from line ${line}:</p>
      <pre tabindex="0">${removed.map((text) => html`<del>- ${text}</del>`)}${added.map((text) => html`<ins>+ ${text}</ins>`)}</pre>
      ${variables.length === 0 ? '' : html`<p>And in the environment, or in <code>.env</code> beside it: ${variables.map((name) => html`<code>${name}</code> `)}</p>`}
      ${added.length === 0 ? '' : html`<copy-button label="Copy the new lines" .load=${() => added.join('\n')}></copy-button>`}
    </section>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'read-only-note': ReadOnlyNote;
  }
}
