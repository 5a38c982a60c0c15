import { css, html, LitElement, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import type { Explanation } from '../../../../src/contract/explain.js';
import { Ticker } from '../../data/browser/ticker.js';
import { spanText } from '../../data/format.js';
import type { ApiError } from '../../data/server/client.js';
import { base } from '../../styles/base.js';
import '../common/ui-icon.js';

/** What happens to the next request, in one sentence. */
@customElement('chain-outlook')
export class ChainOutlook extends LitElement {
  static override styles = [
    base,
    css`
      p { display: flex; align-items: center; gap: var(--space-2); border-radius: var(--radius-s); padding: var(--space-2) var(--space-3); background: var(--sunken); min-height: 3.4rem; overflow-wrap: anywhere; }
      p.asks { background: var(--water-soft); } p.asks ui-icon { color: var(--water); }
      p.waits { background: var(--warn-soft); } p.refuses { background: var(--bad-soft); }
      b { font-weight: 620; }
    `,
  ];
  @property({ attribute: false }) explanation: Explanation | undefined;
  @property({ attribute: false }) error: ApiError | undefined;
  /** The chain has no targets. */
  @property({ type: Boolean }) empty = false;

  constructor() {
    super();
    new Ticker(this);
  }

  override render() {
    const { error, explanation } = this;
    if (this.empty) return nothing;
    if (error !== undefined)
      return html`<p class="muted" role="status">What the next request would do is not known: ${error.message}</p>`;
    const kind = explanation?.decision.kind ?? '';
    return html`<p class=${kind} role="status"><ui-icon name="drop"></ui-icon><span>${explanation === undefined ? '' : this.#words(explanation)}</span></p>`;
  }

  #words({ decision }: Explanation) {
    switch (decision.kind) {
      case 'asks':
        return html`The next request is answered by <b>${decision.target}</b>.`;
      case 'waits': {
        const left = (decision.retryAt ?? 0) - Date.now();
        const first = decision.targets.length === 1 ? decision.targets[0] : 'the first of them that comes back';
        return html`The next request waits for <b>${first}</b>, ${spanText(decision.maxMs)} at most${left > 0 ? html`<span aria-hidden="true">; there is room in ${spanText(left)}</span>` : ''}.`;
      }
      case 'refuses':
        return html`The next request is refused: ${decision.message}`;
    }
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'chain-outlook': ChainOutlook;
  }
}
