import { css, html, LitElement, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import type { RequestRecord } from '../../../../src/contract/requests.js';
import { counted, durationText, numberText, timeText } from '../../data/format.js';
import { failedTargetsIn, problemWords, type Turn } from '../../data/playground/playground.js';
import { base } from '../../styles/base.js';
import '../requests/attempt-ladder.js';
import './copy-as.js';
import '../common/ui-icon.js';

/** A prompt, its answer (possibly partial) and its figures. Fires `again` to retry after a failure. */
@customElement('chat-turn')
export class ChatTurn extends LitElement {
  static override styles = [
    base,
    css`
      .said { white-space: pre-wrap; overflow-wrap: anywhere; max-width: 72ch; }
      .prompt { justify-self: end; background: var(--accent-soft); border-radius: var(--radius); padding: var(--space-2) var(--space-3); max-width: min(72ch, 92%); white-space: pre-wrap; overflow-wrap: anywhere; }
      .answer { min-height: 1.5rem; line-height: 1.6; }
      .caret { display: inline-block; width: 0.5rem; height: 1rem; vertical-align: text-bottom; background: var(--water); animation: blink 1s steps(2) infinite; }
      @keyframes blink { 50% { opacity: 0; } }
      .facts { display: flex; flex-wrap: wrap; gap: 0 var(--space-4); color: var(--muted); font-size: var(--text-s); min-height: 1.125rem; }
      .foot { min-height: 2rem; }
      .facts b { color: var(--text); font-weight: 600; overflow-wrap: anywhere; }
      .failed { display: grid; gap: var(--space-2); border: 1px solid var(--bad); background: var(--bad-soft); border-radius: var(--radius); padding: var(--space-2) var(--space-3); overflow-wrap: anywhere; }
      .failed ul { display: grid; gap: var(--space-1); }
      .note { background: var(--warn-soft); border-radius: var(--radius-s); padding: var(--space-1) var(--space-3); overflow-wrap: anywhere; }
      summary { cursor: pointer; color: var(--muted); font-size: var(--text-s); }
      details[open] > summary { margin-bottom: var(--space-2); }
      .calls { margin: 0; padding: var(--space-2) var(--space-3); background: var(--sunken); border-radius: var(--radius-s); white-space: pre-wrap; overflow-wrap: anywhere; }
    `,
  ];
  @property({ attribute: false }) turn!: Turn;

  override render() {
    const { prompt, answer, state, problem, record, body } = this.turn;
    const running = state === 'running';
    return html`<article class="stack" aria-label="Prompt and answer">
      <div class="prompt"><span class="visually-hidden">You: </span>${prompt}</div>
      ${answer === undefined || answer.reasoning === '' ? nothing : html`<details><summary>Thoughts of the model</summary><div class="said muted small">${answer.reasoning}</div></details>`}
      ${
        answer === undefined && !running
          ? nothing
          : html`<div class="answer said" aria-label="Answer" role="region" aria-live="polite" aria-busy=${running}>${answer?.text}${running ? html`<i class="caret" aria-hidden="true"></i>` : nothing}</div>`
      }
      ${answer === undefined || answer.calls.length === 0 ? nothing : html`<pre class="calls" aria-label="Tool calls">${answer.calls.join('\n')}</pre>`}
      ${answer?.notes.map((note) => html`<p class="note small">Taken up: ${note}.</p>`)}
      ${problem === undefined ? nothing : this.#failed(problem)}
      <div class="row between foot"><div class="facts number" role="status">${this.#facts()}</div>${running ? nothing : html`<copy-as .body=${body}></copy-as>`}</div>
      ${record === 'missing' ? html`<p class="muted small">The request log knows nothing of it.</p>` : nothing}
      ${record === undefined || record === 'missing' ? nothing : this.#way(record)}
    </article>`;
  }

  #facts() {
    const { state, answer, record } = this.turn;
    const first = answer?.firstTokenMs;
    return [
      ...(state === 'stopped' ? [html`<span>Stopped</span>`] : []),
      ...(answer === undefined || answer.target === '' ? [] : [html`<span>Served by <b>${answer.target}</b></span>`]),
      ...(first === undefined ? [] : [html`<span>First token <b>${durationText(first)}</b></span>`]),
      ...(answer === undefined || state === 'running'
        ? []
        : [html`<span>Total <b>${durationText(answer.durationMs)}</b></span>`]),
      ...this.#tokens(record === 'missing' ? undefined : record),
    ];
  }

  /** From the answer, or from the log. */
  #tokens(record: RequestRecord | undefined) {
    const usage = this.turn.answer?.usage;
    const prompt = usage?.prompt ?? record?.promptTokens;
    const completion = usage?.completion ?? record?.completionTokens;
    if (prompt === undefined && completion === undefined) return [];
    const about = usage === undefined && record?.tokensEstimated === true ? '≈ ' : '';
    return [html`<span>Tokens <b>${about}${numberText(prompt ?? 0)} in, ${numberText(completion ?? 0)} out</b></span>`];
  }

  #failed(problem: Error) {
    const targets = failedTargetsIn(problem);
    return html`<div class="failed" role="alert">
      <p>${problemWords(problem)}</p>
      ${targets.length === 0 ? nothing : html`<ul>${targets.map(({ target, reason, message, retry_at: retryAt }) => html`<li><b>${target}</b>: ${reason}${message === undefined ? '' : ` — ${message}`}${retryAt === undefined ? '' : html` <span class="muted">back ${timeText(Date.parse(retryAt))}</span>`}</li>`)}</ul>`}
      <div><button @click=${() => this.dispatchEvent(new CustomEvent('again'))}><ui-icon name="refresh"></ui-icon>Ask again</button></div>
    </div>`;
  }

  #way(record: RequestRecord) {
    const { attempts, id } = record;
    return html`<details ?open=${this.turn.state === 'failed' || attempts.length > 1}>
      <summary>${counted(attempts.length, 'target')} asked or skipped</summary>
      <div class="stack"><attempt-ladder .request=${record}></attempt-ladder><a class="small" href="/admin/requests/${encodeURIComponent(id)}">Open the request</a></div>
    </details>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'chat-turn': ChatTurn;
  }
}
