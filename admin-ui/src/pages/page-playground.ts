import { css, html, LitElement, nothing } from 'lit';
import { customElement, state } from 'lit/decorators.js';
import { repeat } from 'lit/directives/repeat.js';
import { reportValidity } from '../components/common/field-validity.js';
import { requestId, sendChat } from '../data/playground/chat.js';
import { bodyOf, DEFAULT_SETTINGS, type PlaygroundSettings, type Turn } from '../data/playground/playground.js';
import { recorded } from '../data/requests/recorded.js';
import { LiveController } from '../data/server/feed.js';
import { base } from '../styles/base.js';
import '../components/playground/chat-turn.js';
import '../components/playground/copy-as.js';
import '../components/common/empty-state.js';
import '../components/common/page-header.js';
import '../components/playground/playground-settings.js';
import '../components/common/ui-icon.js';

const WIDE = matchMedia('(min-width: 64.0625rem)');
const IS_MAC = /Mac|iPhone|iPad/.test(navigator.platform);

/** A conversation with a chain or a target, as a client has it. */
@customElement('page-playground')
class PagePlayground extends LitElement {
  static override styles = [
    base,
    css`
      .sides { display: grid; grid-template-columns: minmax(0, 1fr) 20rem; gap: var(--space-4); align-items: start; }
      .talk { display: grid; gap: var(--space-4); min-width: 0; align-content: start; }
      .turns { display: grid; gap: var(--space-5); }
      .composer { position: sticky; bottom: 0; background: var(--ground); padding: var(--space-2) 0 var(--space-4); }
      .composer textarea { max-height: 40dvh; field-sizing: content; min-height: 4rem; }
      .settings { position: sticky; top: var(--space-4); }
      .settings summary { cursor: pointer; font-weight: 550; }
      @media (max-width: 64rem) { .sides { grid-template-columns: minmax(0, 1fr); } .settings { position: static; grid-row: 1; } .settings[open] summary { margin-bottom: var(--space-3); } }
      @media (min-width: 64.0625rem) { .settings summary { display: none; } }
    `,
  ];
  /** Set by the router, before the page is shown. */
  location: { readonly search?: string } = {};
  @state() private settings: PlaygroundSettings = DEFAULT_SETTINGS;
  @state() private turns: readonly Turn[] = [];
  @state() private prompt = '';
  /** The settings are beside the conversation; on narrow screens, they fold. */
  @state() private wide = WIDE.matches;
  @state() private running: AbortController | undefined;

  constructor() {
    super();
    new LiveController(this);
  }

  override connectedCallback(): void {
    super.connectedCallback();
    WIDE.addEventListener('change', this.#fold);
    const model = new URLSearchParams(location.search).get('model');
    if (model !== null) this.settings = { ...this.settings, model };
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    WIDE.removeEventListener('change', this.#fold);
    this.running?.abort();
  }

  #fold = (): void => {
    this.wide = WIDE.matches;
  };

  override render() {
    const { turns } = this;
    return html`
      <page-header heading="Playground">
        Ask a chain or a target as a program would. It uses quota like any other request.
        <button slot="actions" ?hidden=${turns.length === 0} @click=${this.#clear}><ui-icon name="plus"></ui-icon>New conversation</button>
      </page-header>
      <div class="sides">
        <section class="talk" aria-label="Conversation">
          ${turns.length === 0 ? this.#empty() : html`<div class="turns">${repeat(turns, ({ id }) => id, this.#turn)}</div>`}
          ${this.#composer()}
        </section>
        <details class="card settings" ?open=${this.wide}>
          <summary>Settings</summary>
          <playground-settings .settings=${this.settings} @change=${(event: CustomEvent<PlaygroundSettings>) => (this.settings = event.detail)}></playground-settings>
        </details>
      </div>`;
  }

  #empty() {
    return html`<empty-state icon="play" heading="Ask something" text="You see the answer as it comes, which target served it, and every target that was asked or skipped on the way."></empty-state>`;
  }

  #turn = (turn: Turn) => html`<chat-turn .turn=${turn} @again=${() => this.#again(turn)}></chat-turn>`;

  #composer() {
    const { running, prompt } = this;
    return html`<form class="composer stack" @submit=${this.#submit}>
      <label class="field"><span class="visually-hidden">Prompt</span>
        <textarea name="prompt" rows="2" required placeholder="Your prompt" aria-keyshortcuts="Control+Enter Meta+Enter" .value=${prompt} @input=${(event: InputEvent) => (this.prompt = (event.target as HTMLTextAreaElement).value)} @keydown=${this.#onKey}></textarea>
      </label>
      <div class="row between">
        <span class="row">
          ${
            running === undefined
              ? html`<button class="primary">Send <kbd class="small">${IS_MAC ? '⌘' : 'Ctrl'} Enter</kbd></button>`
              : html`<button type="button" @click=${() => running.abort()}><ui-icon name="stop"></ui-icon>Stop</button>`
          }
        </span>
        ${prompt.trim() === '' ? nothing : html`<copy-as .body=${bodyOf(this.settings, this.turns, prompt)}></copy-as>`}
      </div>
        <p class="hint">The conversation stays in this tab. The request log has its figures, but no texts by default.</p>
    </form>`;
  }

  #onKey = (event: KeyboardEvent): void => {
    if (event.key !== 'Enter' || !(event.ctrlKey || event.metaKey)) return;
    event.preventDefault();
    this.renderRoot.querySelector<HTMLFormElement>('form.composer')?.requestSubmit();
  };

  #submit = (event: SubmitEvent): void => {
    event.preventDefault();
    if (this.running !== undefined || this.prompt.trim() === '') return;
    if (!reportValidity(this.renderRoot.querySelector('.settings') as HTMLElement)) return;
    const { prompt } = this;
    this.prompt = '';
    void this.#ask(prompt);
  };

  #again({ id, prompt }: Turn): void {
    if (this.running !== undefined) return;
    this.turns = this.turns.filter((turn) => turn.id !== id);
    void this.#ask(prompt);
  }

  #clear = (): void => {
    this.running?.abort();
    this.turns = [];
    this.renderRoot.querySelector<HTMLTextAreaElement>('textarea[name=prompt]')?.focus();
  };

  async #ask(prompt: string): Promise<void> {
    const id = requestId();
    const body = bodyOf(this.settings, this.turns, prompt);
    const running = new AbortController();
    this.running = running;
    this.turns = [...this.turns, { id, prompt, body, state: 'running' }];
    void this.#showEnd();
    try {
      await sendChat(id, body, (answer) => this.#change(id, { answer }), running.signal);
      this.#change(id, { state: 'done' });
    } catch (error) {
      this.#change(id, running.signal.aborted ? { state: 'stopped' } : { state: 'failed', problem: error as Error });
    }
    if (this.running === running) this.running = undefined;
    this.#change(id, { record: (await recorded(id)) ?? 'missing' });
  }

  #change(id: string, news: Partial<Turn>): void {
    this.turns = this.turns.map((turn) => (turn.id === id ? { ...turn, ...news } : turn));
  }

  /** Scrolls to a new prompt, but not along with its answer. */
  async #showEnd(): Promise<void> {
    await this.updateComplete;
    this.renderRoot.querySelector('chat-turn:last-of-type')?.scrollIntoView({ block: 'start' });
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'page-playground': PagePlayground;
  }
}
