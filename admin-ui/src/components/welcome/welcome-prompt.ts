import { css, html, LitElement, nothing } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { durationText } from '../../data/format.js';
import { failedTargetsIn } from '../../data/playground/failed-targets.js';
import { type Answered, sendPrompt } from '../../data/playground/first-prompt.js';
import { base } from '../../styles/base.js';

/** Sends a first prompt through the chain and streams the answer. Fires `next`. */
@customElement('welcome-prompt')
export class WelcomePrompt extends LitElement {
  static override styles = [
    base,
    css`
      section { max-width: 44rem; }
      blockquote { margin: 0; padding: var(--space-3); background: var(--sunken); border-radius: var(--radius-s); white-space: pre-wrap; overflow-wrap: anywhere; min-height: 4rem; }
      .failed { display: grid; gap: var(--space-2); border: 1px solid var(--bad); background: var(--bad-soft); border-radius: var(--radius); padding: var(--space-2) var(--space-3); overflow-wrap: anywhere; }
    `,
  ];
  @property() chain = '';
  /** A provider was added in the steps before; false for a chain that began without a key. */
  @property({ type: Boolean }) hasKey = false;
  @state() private words = '';
  @state() private answered: Answered | undefined;
  @state() private problem: Error | undefined;
  @state() private running: AbortController | undefined;

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.running?.abort();
  }

  override render() {
    const { answered, running } = this;
    return html`<section class="card stack" aria-label="A first prompt">
      <form class="stack" @submit=${this.#submit}>
        <label class="field"><span>Prompt</span><textarea name="prompt" rows="2" required>What is a waterfall? Answer in one sentence.</textarea></label>
        <div class="row">
          <button class=${answered === undefined ? 'primary' : ''} ?disabled=${running !== undefined}>${answered === undefined ? 'Send' : 'Send again'}</button>
          ${running === undefined ? nothing : html`<button type="button" @click=${() => running.abort()}>Stop</button>`}
          ${answered === undefined ? nothing : html`<button type="button" class="primary" @click=${() => this.dispatchEvent(new CustomEvent('next'))}>Connect your programs</button><a class="button" href="/admin/welcome?step=type">Add a free key</a>`}
        </div>
      </form>
      ${this.words === '' && running === undefined ? nothing : html`<blockquote aria-label="Answer" aria-live="polite" aria-busy=${running !== undefined}>${this.words}</blockquote>`}
      <p role="status">${answered === undefined ? nothing : html`Answered by <code>${answered.target}</code> in <span class="number">${durationText(answered.durationMs)}</span>.`}</p>
      ${this.problem === undefined ? nothing : this.#failed(this.problem)}
    </section>`;
  }

  #failed(problem: Error) {
    const targets = failedTargetsIn(problem);
    return html`<div class="failed" role="alert">
      <p>${problem.message}</p>
      ${targets.length === 0 ? nothing : html`<ul>${targets.map(({ target, reason }) => html`<li><code>${target}</code>: ${reason}</li>`)}</ul>`}
      ${this.#remedy()}
    </div>`;
  }

  #remedy() {
    if (!this.hasKey) return html`<p>Try again, or <a href="/admin/welcome?step=type">add another provider</a>.</p>`;
    return html`<p>Try again, <a href="/admin/welcome?step=key">give another key</a>, or <a href="/admin/welcome?step=models">choose other models</a>.</p>`;
  }

  #submit = async (event: SubmitEvent): Promise<void> => {
    event.preventDefault();
    const prompt = (this.renderRoot.querySelector('textarea') as HTMLTextAreaElement).value;
    const running = new AbortController();
    this.running = running;
    this.words = '';
    this.answered = undefined;
    this.problem = undefined;
    try {
      const onWords = (words: string) => (this.words += words);
      this.answered = await sendPrompt(this.chain, prompt, onWords, running.signal);
    } catch (error) {
      if (!running.signal.aborted) this.problem = error as Error;
    }
    this.running = undefined;
  };
}

declare global {
  interface HTMLElementTagNameMap {
    'welcome-prompt': WelcomePrompt;
  }
}
