import { css, html, LitElement, nothing } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import type { Run } from '../../data/playground/conversation.js';
import { failedTargetsIn, problemWords } from '../../data/playground/failed-targets.js';
import type { PlaygroundProtocol } from '../../data/playground/protocol.js';
import { base } from '../../styles/base.js';
import { localTime } from '../common/local-time.js';
import './run-facts.js';
import '../common/copy-button.js';
import '../common/ui-icon.js';

/** Loaded with the first answer. */
const loadParts = (): Promise<unknown> => Promise.all([import('./markdown-text.js'), import('./answer-parts.js')]);

/** The answer of one request, possibly partial, with its figures. Fires `again`, `stop` and `results` (detail: of its tools). */
@customElement('answer-run')
export class AnswerRun extends LitElement {
  static override styles = [
    base,
    css`
      .said { white-space: pre-wrap; overflow-wrap: anywhere; max-width: 72ch; }
      .answer { min-height: 1.5rem; line-height: 1.6; }
      .caret { display: inline-block; width: 0.5rem; height: 1rem; vertical-align: text-bottom; background: var(--water); animation: blink 1s steps(2) infinite; }
      @keyframes blink { 50% { opacity: 0; } }
      .failed { display: grid; gap: var(--space-2); border: 1px solid var(--bad); background: var(--bad-soft); border-radius: var(--radius); padding: var(--space-2) var(--space-3); overflow-wrap: anywhere; }
      .failed ul { display: grid; gap: var(--space-1); }
      .note { background: var(--warn-soft); border-radius: var(--radius-s); padding: var(--space-1) var(--space-3); overflow-wrap: anywhere; }
      .stopped { color: var(--muted); }
      summary { cursor: pointer; color: var(--muted); font-size: var(--text-s); }
      details[open] > summary { margin-bottom: var(--space-2); }
    `,
  ];
  @property({ attribute: false }) run!: Run;
  @property({ attribute: false }) protocol!: PlaygroundProtocol;
  /** What the results are about, such as the documents of a ranking. */
  @property({ attribute: false }) texts: readonly string[] = [];
  /** The place of its turn, from 1. */
  @property({ type: Number }) place = 1;
  /** It is one of two. */
  @property({ type: Boolean }) compared = false;
  /** Nothing was asked after it. */
  @property({ type: Boolean }) last = false;
  @state() private loaded = customElements.get('markdown-text') !== undefined;

  override connectedCallback(): void {
    super.connectedCallback();
    // Without them, the answer is plain text.
    if (!this.loaded)
      void loadParts().then(
        () => (this.loaded = true),
        () => {},
      );
  }

  override render() {
    const { run, protocol, compared } = this;
    const { answer, state, problem, model } = run;
    const running = state === 'running';
    const name = model === '' ? 'the default chain' : model;
    const isEmpty = answer.text === '' && !running;
    return html`<div class="stack">
      ${compared ? html`<div class="row between"><h3>${name}</h3>${running ? html`<button type="button" @click=${() => this.#tell('stop')}><ui-icon name="stop"></ui-icon>Stop<span class="visually-hidden"> ${name}</span></button>` : nothing}</div>` : nothing}
      ${answer.reasoning === '' ? nothing : html`<details><summary>Thoughts of the model</summary><div class="said muted small">${answer.reasoning}</div></details>`}
      ${isEmpty ? nothing : html`<div class="answer" aria-label=${compared ? `Answer ${this.place} of ${name}` : `Answer ${this.place}`} role="region" aria-live="polite" aria-busy=${running}>${this.#text()}</div>`}
      ${this.loaded ? answer.results.map((result) => html`<answer-result .result=${result} .texts=${this.texts}></answer-result>`) : nothing}
      ${answer.calls.length === 0 || !this.loaded ? nothing : html`<tool-calls .calls=${answer.calls} ?open=${this.last && state === 'done' && protocol.tools === true} @results=${(event: CustomEvent) => this.#tell('results', event.detail)}></tool-calls>`}
      ${answer.notes.map((note) => html`<p class="note small">Taken up: ${note}.</p>`)}
      ${answer.cut === undefined || running ? nothing : html`<p class="note small">The answer is not complete: ${answer.cut}.</p>`}
      ${state === 'stopped' ? html`<p class="stopped small row" role="status">Stopped by you. <button type="button" class="quiet" @click=${() => this.#tell('again')}><ui-icon name="refresh"></ui-icon>Ask again</button></p>` : nothing}
      ${problem === undefined ? nothing : this.#failed(problem)}
      <run-facts .run=${run} .protocol=${protocol}>${answer.text === '' || running ? nothing : html`<copy-button quiet label="Copy answer" .load=${() => answer.text}></copy-button>`}</run-facts>
    </div>`;
  }

  #text() {
    const { answer, state } = this.run;
    const { text } = answer;
    const running = state === 'running';
    const isMarkdown = this.protocol.converses === true && this.loaded && text !== '';
    if (isMarkdown) return html`<markdown-text .text=${text} ?growing=${running}></markdown-text>`;
    return html`<span class="said">${text}</span>${running ? html`<i class="caret" aria-hidden="true"></i>` : nothing}`;
  }

  #failed(problem: Error) {
    const targets = failedTargetsIn(problem);
    return html`<div class="failed" role="alert">
      <p>${problemWords(problem)}</p>
      ${targets.length === 0 ? nothing : html`<ul>${targets.map(({ target, reason, message, retry_at: retryAt }) => html`<li><b>${target}</b>: ${reason}${message === undefined ? '' : ` — ${message}`}${retryAt === undefined ? '' : html` <span class="muted">back ${localTime(Date.parse(retryAt))}</span>`}</li>`)}</ul>`}
      <div><button type="button" @click=${() => this.#tell('again')}><ui-icon name="refresh"></ui-icon>Ask again</button></div>
    </div>`;
  }

  #tell(what: 'again' | 'stop' | 'results', detail?: unknown): void {
    this.dispatchEvent(new CustomEvent(what, { detail }));
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'answer-run': AnswerRun;
  }
}
