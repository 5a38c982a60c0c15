import { css, html, LitElement, nothing } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import type { RequestRecord } from '../../../../src/contract/requests.js';
import { counted, durationText, numberText } from '../../data/format.js';
import type { Run } from '../../data/playground/conversation.js';
import type { PlaygroundProtocol } from '../../data/playground/protocol.js';
import { rawAnswer, rawRequest } from '../../data/playground/raw.js';
import { base } from '../../styles/base.js';
import '../common/code-block.js';
import '../requests/attempt-ladder.js';
import './copy-as.js';

/** The figures of a request, its attempts, and what was sent and received. Its slot is beside the figures. */
@customElement('run-facts')
export class RunFacts extends LitElement {
  static override styles = [
    base,
    css`
      .facts { display: flex; flex-wrap: wrap; gap: 0 var(--space-4); color: var(--muted); font-size: var(--text-s); min-height: 1.125rem; }
      .facts b { color: var(--text); font-weight: 600; overflow-wrap: anywhere; }
      .foot { min-height: 2rem; }
      .tools { gap: 0; margin-left: calc(-1 * var(--space-3)); }
      summary { cursor: pointer; color: var(--muted); font-size: var(--text-s); }
      details[open] > summary { margin-bottom: var(--space-2); }
      .raw { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(18rem, 100%), 1fr)); gap: var(--space-3); }
    `,
  ];
  @property({ attribute: false }) run!: Run;
  @property({ attribute: false }) protocol!: PlaygroundProtocol;
  @state() private isRawOpen = false;

  override render() {
    const { record, state, body, file } = this.run;
    const known = record === 'missing' ? undefined : record;
    const running = state === 'running';
    return html`
      <div class="row between foot"><div class="facts number" role="status">${this.#facts(known)}</div><span class="row small tools"><slot></slot>${running ? nothing : html`<copy-as .protocol=${this.protocol} .body=${body} .file=${file}></copy-as>`}</span></div>
      ${record === 'missing' ? html`<p class="muted small">The request log does not have this request.</p>` : nothing}
      ${known === undefined ? nothing : this.#attempts(known)}
      ${running ? nothing : this.#raw()}`;
  }

  #facts(record: RequestRecord | undefined) {
    const { answer, state } = this.run;
    const first = answer.firstTokenMs;
    const asked = record?.attempts.filter(({ outcome }) => outcome !== 'skipped').length ?? 0;
    return [
      ...(answer.target === '' ? [] : [html`<span>Served by <b>${answer.target}</b></span>`]),
      ...(asked < 2 ? [] : [html`<span><b>${counted(asked, 'attempt')}</b></span>`]),
      ...(record === undefined || record.waitedMs === 0
        ? []
        : [html`<span>Waited <b>${durationText(record.waitedMs)}</b></span>`]),
      ...(first === undefined ? [] : [html`<span>First token <b>${durationText(first)}</b></span>`]),
      ...(answer.durationMs === 0 || state === 'running'
        ? []
        : [html`<span>Total <b>${durationText(answer.durationMs)}</b></span>`]),
      ...this.#tokens(record),
      ...(record === undefined
        ? []
        : [html`<a href="/admin/requests/${encodeURIComponent(record.id)}">Open the request</a>`]),
    ];
  }

  /** From the answer, or from the log. */
  #tokens(record: RequestRecord | undefined) {
    const usage = this.run.answer.usage;
    const prompt = usage?.prompt ?? record?.promptTokens;
    const completion = usage?.completion ?? record?.completionTokens;
    if (prompt === undefined && completion === undefined) return [];
    const isEstimate = usage === undefined && record?.tokensEstimated === true;
    const text = `${numberText(prompt ?? 0)} in, ${numberText(completion ?? 0)} out`;
    return [html`<span>Tokens <b>${isEstimate ? '≈ ' : ''}${text}</b>${isEstimate ? ' (estimated)' : ''}</span>`];
  }

  #attempts(record: RequestRecord) {
    const { attempts } = record;
    return html`<details ?open=${this.run.state === 'failed' || attempts.length > 1}>
      <summary>${counted(attempts.length, 'target')} tried or skipped</summary>
      <attempt-ladder .request=${record}></attempt-ladder>
    </details>`;
  }

  /** Long texts are only rendered where they are looked at. */
  #raw() {
    return html`<details @toggle=${(event: Event) => (this.isRawOpen = (event.target as HTMLDetailsElement).open)}>
      <summary>Raw request and answer</summary>
      ${this.isRawOpen ? html`<div class="raw"><code-block many where="POST ${this.protocol.path}" .text=${rawRequest(this.run)}></code-block><code-block many where="Raw answer" .text=${rawAnswer(this.run)}></code-block></div>` : nothing}
    </details>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'run-facts': RunFacts;
  }
}
