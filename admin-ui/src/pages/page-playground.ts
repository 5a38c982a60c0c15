import { css, html, LitElement, nothing } from 'lit';
import { customElement, state } from 'lit/decorators.js';
import { repeat } from 'lit/directives/repeat.js';
import { reportValidity } from '../components/common/field-validity.js';
import type { PromptComposer } from '../components/playground/prompt-composer.js';
import type { Run, ToolResult, Turn } from '../data/playground/conversation.js';
import { type Draft, EMPTY_DRAFT } from '../data/playground/draft.js';
import { keepDraft, keptDraft } from '../data/playground/kept-draft.js';
import { NamesController } from '../data/playground/known-names.js';
import type { ProtocolId } from '../data/playground/protocol-id.js';
import { askedBy, PROTOCOLS, protocolOf, requestOf } from '../data/playground/protocols.js';
import { rawRequest } from '../data/playground/raw.js';
import { talk } from '../data/playground/talk.js';
import { LiveController } from '../data/server/feed.js';
import { base } from '../styles/base.js';
import '../components/common/empty-state.js';
import '../components/common/page-header.js';
import '../components/common/ui-icon.js';
import '../components/common/code-block.js';
import '../components/playground/chat-turn.js';
import '../components/playground/copy-as.js';
import '../components/playground/model-picker.js';
import '../components/playground/prompt-composer.js';
import '../components/playground/request-form.js';

const WIDE = matchMedia('(min-width: 64.0625rem)');
/** How long typing has to pause before the draft is kept. */
const PAUSE_MS = 300;

/** Asks a chain or a target in any protocol, as a client does, and shows the answers. */
@customElement('page-playground')
class PagePlayground extends LitElement {
  static override styles = [
    base,
    css`
      .sides { display: grid; grid-template-columns: minmax(0, 1fr) 20rem; gap: var(--space-4); align-items: start; }
      .talk { display: grid; gap: var(--space-4); min-width: 0; align-content: start; }
      .turns { display: grid; gap: var(--space-5); }
      .composer { position: sticky; bottom: 0; z-index: 5; background: var(--ground); padding: var(--space-2) 0 var(--space-4); display: grid; gap: var(--space-2); }
      .settings > summary { cursor: pointer; font-weight: 550; }
      summary .muted { font-weight: 400; overflow-wrap: anywhere; }
      .preview summary { cursor: pointer; font-weight: 550; }
      .preview[open] summary { margin-bottom: var(--space-2); }
      @media (max-width: 64rem) { .sides { grid-template-columns: minmax(0, 1fr); } .settings { grid-row: 1; } .settings[open] > summary { margin-bottom: var(--space-3); } }
      @media (min-width: 64.0625rem) { .settings > summary { display: none; } }
    `,
  ];
  /** Set by the router, before the page is shown. */
  location: { readonly search?: string } = {};
  @state() private draft: Draft = keptDraft();
  /** The settings are beside the conversation; on narrow screens, they fold. */
  @state() private wide = WIDE.matches;
  @state() private isPreviewOpen = false;
  readonly #names = new NamesController(this);
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor() {
    super();
    new LiveController(this, (event) => {
      // A new configuration has other chains.
      if (event?.type === 'status') this.#look();
    });
  }

  override connectedCallback(): void {
    super.connectedCallback();
    WIDE.addEventListener('change', this.#fold);
    addEventListener('pagehide', this.#keep);
    addEventListener('signed-out', this.#forget);
    talk.listen(() => this.requestUpdate());
    const model = new URLSearchParams(location.search).get('model');
    if (model !== null) this.draft = { ...this.draft, models: [model] };
    this.#look(0);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    WIDE.removeEventListener('change', this.#fold);
    removeEventListener('pagehide', this.#keep);
    removeEventListener('signed-out', this.#forget);
    this.#keep();
    talk.stop();
  }

  #fold = (): void => {
    this.wide = WIDE.matches;
  };

  override render() {
    const { turns, isRunning } = talk;
    const { draft } = this;
    return html`
      <page-header heading="Playground">
        Ask a chain or a target as a program would. It uses quota like any other request.
        <button slot="actions" ?hidden=${turns.length === 0} @click=${this.#clear}><ui-icon name="plus"></ui-icon>New conversation</button>
      </page-header>
      <div class="sides">
        <section class="talk" aria-labelledby="conversation">
          <h2 id="conversation" class="visually-hidden">Conversation</h2>
          ${turns.length === 0 ? this.#empty() : html`<div class="turns">${repeat(turns, ({ id }) => id, this.#turn)}</div>`}
          <div class="composer">
            <prompt-composer .draft=${draft} .sides=${draft.models.length} ?running=${isRunning} @change=${this.#changed} @send=${this.#send} @stop=${() => talk.stop()}></prompt-composer>
            <p class="hint" ?hidden=${turns.length > 0}>The conversation stays in this tab. The request log has its figures, but no texts by default.</p>
          </div>
        </section>
        <details class="card settings" ?open=${this.wide}>
          <summary>Settings <span class="muted">${draft.models.map((model) => (model === '' ? 'default chain' : model)).join(', ')} · ${protocolOf(draft.protocol).title}</span></summary>
          ${this.#settings()}
        </details>
      </div>`;
  }

  #empty() {
    if (this.#names.known.chains?.chains.length === 0)
      return html`<empty-state icon="chain" heading="No chain yet" text="A chain lists the models that answer your requests."><a class="button primary" href="/admin/welcome">Create the first chain</a></empty-state>`;
    const { about, converses } = protocolOf(this.draft.protocol);
    return html`<empty-state icon="play" heading=${converses === true ? 'Ask something' : protocolOf(this.draft.protocol).title} text=${about}></empty-state>`;
  }

  #turn = (turn: Turn, place: number) => {
    const { turns, isRunning } = talk;
    const isLast = !isRunning && turns.slice(place + 1).every(({ only }) => only !== undefined && only !== turn.only);
    return html`<chat-turn .turn=${turn} .place=${place + 1} ?last=${isLast} @again=${({ detail }: CustomEvent<Run>) => this.#again(turn, detail)} @stop=${({ detail }: CustomEvent<Run>) => talk.stop(detail)} @results=${({ detail }: CustomEvent<{ run: Run; results: readonly ToolResult[] }>) => this.#answer(detail.run, detail.results)}></chat-turn>`;
  };

  #settings() {
    const { draft } = this;
    const { path, endpoint } = protocolOf(draft.protocol);
    const [first = '', second] = draft.models;
    const known = this.#names.known;
    return html`<div class="stack">
      <label class="field"><span>Protocol</span>
        <select name="protocol" @change=${(event: Event) => this.#protocol((event.target as HTMLSelectElement).value as ProtocolId)}>${PROTOCOLS.map(({ id, title }) => html`<option value=${id} ?selected=${id === draft.protocol}>${title}</option>`)}</select>
        <span class="hint"><code>POST ${path}</code></span>
      </label>
      <model-picker label="Chain or target" .value=${first} .names=${known} .outlook=${this.#names.outlook(first, endpoint)} @choose=${({ detail }: CustomEvent<string>) => this.#models(draft.models.with(0, detail))}></model-picker>
      ${
        second === undefined
          ? html`<div><button type="button" @click=${() => this.#models([first, ''])}><ui-icon name="plus"></ui-icon>Compare with another</button></div>`
          : html`<model-picker label="Compare with" .value=${second} .names=${known} .outlook=${this.#names.outlook(second, endpoint)} @choose=${({ detail }: CustomEvent<string>) => this.#models([first, detail])}></model-picker>
              <div><button type="button" @click=${() => this.#models([first])}><ui-icon name="close"></ui-icon>Stop comparing</button></div>`
      }
      <request-form .draft=${draft} @change=${this.#changed}></request-form>
      ${this.#preview()}
    </div>`;
  }

  /** The request as it would be sent now. */
  #preview() {
    return html`<details class="preview" @toggle=${(event: Event) => (this.isPreviewOpen = (event.target as HTMLDetailsElement).open)}>
      <summary>Request as JSON</summary>
      ${this.isPreviewOpen ? this.#request() : nothing}
    </details>`;
  }

  #request() {
    const protocol = protocolOf(this.draft.protocol);
    const request = requestOf(this.draft, askedBy(this.draft), talk.turns, 0);
    return html`<code-block where="POST ${protocol.path}" .text=${rawRequest(request)}></code-block>
      <copy-as .protocol=${protocol} .body=${request.body} .file=${request.file}></copy-as>`;
  }

  #changed = ({ detail }: CustomEvent<Partial<Draft>>): void => this.#change(detail);

  #change(change: Partial<Draft>): void {
    this.draft = { ...this.draft, ...change };
    clearTimeout(this.#timer);
    this.#timer = setTimeout(this.#keep, PAUSE_MS);
  }

  #forget = (): void => {
    this.draft = EMPTY_DRAFT;
  };

  #keep = (): void => {
    clearTimeout(this.#timer);
    keepDraft(this.draft);
  };

  #models(models: readonly string[]): void {
    this.#change({ models });
    this.#look();
  }

  /** Files of one kind are of no use to the other. */
  #protocol(protocol: ProtocolId): void {
    const isSame = protocolOf(protocol).files === protocolOf(this.draft.protocol).files;
    this.#change({ protocol, ...(isSame ? {} : { attachments: [] }) });
    this.#look();
  }

  #look(pauseMs?: number): void {
    this.#names.look(this.draft.models, protocolOf(this.draft.protocol).endpoint, pauseMs);
  }

  #isValid(): boolean {
    return reportValidity(this.renderRoot.querySelector('.settings') as HTMLElement);
  }

  #send = (): void => {
    if (talk.isRunning || !this.#isValid()) return;
    const { draft } = this;
    const done = talk.ask(draft);
    // What stands alone is often asked again with a change.
    if (protocolOf(draft.protocol).converses === true) this.#change({ prompt: '', attachments: [] });
    this.#keep();
    void this.#showEnd();
    void done.then(() => this.#look());
  };

  #answer(run: Run, results: readonly ToolResult[]): void {
    if (talk.isRunning || !this.#isValid()) return;
    void talk.answerCalls(this.draft, run, results);
    void this.#showEnd();
  }

  #again(turn: Turn, run: Run): void {
    if (!talk.isRunning && this.#isValid()) void talk.again(this.draft, turn, run);
  }

  #clear = (): void => {
    talk.clear();
    this.renderRoot.querySelector<PromptComposer>('prompt-composer')?.focus();
  };

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
