import { css, html, LitElement, nothing } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import type { Finding, InspectionReply } from '../../../../src/contract/inspection.js';
import { lookText } from '../../data/providers/inspection.js';
import { call } from '../../data/server/client.js';
import { base } from '../../styles/base.js';
import { linkedText } from '../common/linked-text.js';
import { toastError } from '../common/toast-host.js';
import '../common/state-badge.js';

/** What changed at the providers, and a button to look now. Fires `looked` after a look. */
@customElement('inspection-panel')
export class InspectionPanel extends LitElement {
  static override styles = [
    base,
    css`
      section { display: grid; gap: var(--space-3); padding-block: var(--space-3); }
      .head { display: flex; flex-wrap: wrap; gap: var(--space-2) var(--space-4); align-items: center; justify-content: space-between; }
      .text { flex: 1 1 20rem; min-width: 0; }
      .findings { display: grid; gap: var(--space-3); border-top: 1px solid var(--line); padding-top: var(--space-3); }
      .findings li { display: grid; gap: var(--space-1); min-width: 0; }
      .findings p, code { overflow-wrap: anywhere; }
    `,
  ];
  @property({ attribute: false }) reply: InspectionReply = {};
  @state() private looking = false;

  override render() {
    const findings = this.reply.latest?.findings ?? [];
    return html`<section class="card" aria-label="Changes at the providers">
      <div class="head">
        <div class="text">
          <p role="status">${this.looking ? 'Asking every provider for its models …' : lookText(this.reply)}</p>
          <p class="small muted">${this.#schedule()}</p>
        </div>
        <button ?disabled=${this.looking} title="Asks every provider for its models, which costs no tokens" @click=${this.#look}>Look for changes</button>
      </div>
      ${findings.length === 0 ? nothing : html`<ul class="findings" aria-label="Findings">${findings.map(finding)}</ul>`}
    </section>`;
  }

  #schedule() {
    const { every } = this.reply;
    if (every !== undefined) return `429chain looks ${every === '1d' ? 'every day' : `every ${every}`} by itself.`;
    return html`To look every day, set <code>server: { checkEvery: '1d' }</code> in the <a href="/admin/settings">configuration</a>.`;
  }

  #look = async (): Promise<void> => {
    this.looking = true;
    try {
      await call('POST /inspection', { body: {} });
      this.dispatchEvent(new CustomEvent('looked'));
    } catch (error) {
      toastError(error);
    }
    this.looking = false;
  };
}

const finding = ({ kind, about, problem, advice }: Finding) => html`<li>
  <div class="row"><state-badge .state=${kind}></state-badge><code>${about}</code></div>
  <p>${linkedText(problem)}</p>
  <p class="muted">${linkedText(advice)}</p>
</li>`;

declare global {
  interface HTMLElementTagNameMap {
    'inspection-panel': InspectionPanel;
  }
}
