import { css, html, LitElement, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { repeat } from 'lit/directives/repeat.js';
import type { Run, Turn } from '../../data/playground/conversation.js';
import { protocolOf } from '../../data/playground/protocols.js';
import { base } from '../../styles/base.js';
import './answer-run.js';

/** What was asked and each answer. Fires `again`, `stop` and `results` (detail: `{ run, results }`). */
@customElement('chat-turn')
export class ChatTurn extends LitElement {
  static override styles = [
    base,
    css`
      .prompt { justify-self: end; display: grid; gap: var(--space-2); background: var(--accent-soft); border-radius: var(--radius); padding: var(--space-2) var(--space-3); max-width: min(72ch, 92%); white-space: pre-wrap; overflow-wrap: anywhere; unicode-bidi: plaintext; }
      .prompt .label { white-space: normal; }
      .files { display: flex; flex-wrap: wrap; gap: var(--space-2); }
      .files img { max-width: 12rem; max-height: 9rem; border-radius: var(--radius-s); }
      .runs { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(17rem, 100%), 1fr)); gap: var(--space-4); align-items: start; }
      .runs > * { min-width: 0; }
      .compared { border: 1px solid var(--line); border-radius: var(--radius); background: var(--surface); padding: var(--space-3); }
    `,
  ];
  @property({ attribute: false }) turn!: Turn;
  /** From 1. */
  @property({ type: Number }) place = 1;
  /** Nothing was asked after it. */
  @property({ type: Boolean }) last = false;

  override render() {
    const { turn, last } = this;
    const protocol = protocolOf(turn.protocol);
    const compared = turn.runs.length > 1;
    return html`<article class="stack" aria-label="Prompt and answer">
      <div class="prompt">${this.#asked()}</div>
      <div class="runs">${repeat(
        turn.runs,
        ({ side }) => side,
        (run) =>
          html`<answer-run class=${compared ? 'compared' : ''} .run=${run} .protocol=${protocol} .texts=${textsOf(run)} .place=${this.place} ?compared=${compared} ?last=${last} @again=${() => this.#tell('again', run)} @stop=${() => this.#tell('stop', run)} @results=${(event: CustomEvent) => this.#tell('results', { run, results: event.detail })}></answer-run>`,
      )}</div>
    </article>`;
  }

  #asked() {
    const { asked, protocol } = this.turn;
    if (asked.role === 'results') {
      return asked.results.map(
        ({ call, text }) =>
          html`<div><span class="small muted label">Result of ${call.name}</span><div>${text}</div></div>`,
      );
    }
    const { title, converses } = protocolOf(protocol);
    const { text, attachments } = asked;
    return html`${converses === true ? html`<span class="visually-hidden">You: </span>` : html`<span class="small muted label">${title}</span>`}${text === '' ? nothing : html`<div>${text}</div>`}
      ${attachments.length === 0 ? nothing : html`<div class="files">${attachments.map(({ type, url, name }) => (type.startsWith('image/') ? html`<img src=${url} alt=${name} />` : html`<span>${name}</span>`))}</div>`}`;
  }

  #tell(what: 'again' | 'stop' | 'results', detail: unknown): void {
    this.dispatchEvent(new CustomEvent(what, { detail }));
  }
}

/** The documents of a ranking, the texts of vectors. */
const textsOf = ({ body }: Run): readonly string[] => {
  const texts = body.documents ?? body.input;
  return Array.isArray(texts) ? texts.filter((each): each is string => typeof each === 'string') : [];
};

declare global {
  interface HTMLElementTagNameMap {
    'chat-turn': ChatTurn;
  }
}
