import { css, html, LitElement, nothing } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { counted } from '../../data/format.js';
import type { Attachment } from '../../data/playground/conversation.js';
import { type Draft, EMPTY_DRAFT } from '../../data/playground/draft.js';
import { attach } from '../../data/playground/files.js';
import { protocolOf } from '../../data/playground/protocols.js';
import { base } from '../../styles/base.js';
import '../common/ui-icon.js';

const IS_MAC = /Mac|iPhone|iPad/.test(navigator.platform);

/**
 * What is asked: the prompt, and files by choice, drop or paste. Fires `change` (detail: what changed of the draft), `send` and
 * `stop`. The slot is beside its buttons.
 */
@customElement('prompt-composer')
export class PromptComposer extends LitElement {
  static override styles = [
    base,
    css`
      form { position: relative; }
      textarea { max-height: 40dvh; field-sizing: content; min-height: 4rem; }
      .files { display: flex; flex-wrap: wrap; gap: var(--space-2); }
      .file { position: relative; display: flex; align-items: center; gap: var(--space-2); border: 1px solid var(--line); border-radius: var(--radius-s); background: var(--surface); padding: var(--space-1) var(--space-2); max-width: 100%; }
      .file img { width: 2.5rem; height: 2.5rem; object-fit: cover; border-radius: 0.1875rem; }
      .file span { overflow: hidden; text-overflow: ellipsis; white-space: nowrap; max-width: 14rem; }
      .dropping { outline: 2px dashed var(--accent); outline-offset: 0.25rem; border-radius: var(--radius-s); }
    `,
  ];
  @property({ attribute: false }) draft: Draft = EMPTY_DRAFT;
  @property({ type: Boolean }) running = false;
  /** How many are asked at once. */
  @property({ type: Number }) sides = 1;
  @state() private problem = '';
  @state() private dropping = false;

  override render() {
    const { draft, running, problem } = this;
    const { prompt, files } = protocolOf(draft.protocol);
    return html`<form class="stack ${this.dropping ? 'dropping' : ''}" aria-label="Prompt" @submit=${this.#submit} @dragover=${this.#dragged} @dragleave=${() => (this.dropping = false)} @drop=${this.#dropped}>
      ${
        prompt === undefined
          ? nothing
          : html`<label class="field"><span class="visually-hidden">${prompt.label}</span>
        <textarea name="prompt" rows="2" placeholder=${prompt.placeholder} aria-keyshortcuts="Control+Enter Meta+Enter" .value=${draft.prompt} @input=${(event: InputEvent) => this.#change({ prompt: (event.target as HTMLTextAreaElement).value })} @keydown=${this.#onKey} @paste=${this.#pasted}></textarea>
      </label>`
      }
      ${draft.attachments.length === 0 || files === undefined ? nothing : html`<ul class="files" aria-label="Files">${draft.attachments.map((file) => this.#file(file))}</ul>`}
      <div class="row between">
        <span class="row">
          ${
            running
              ? html`<button type="button" @click=${() => this.dispatchEvent(new CustomEvent('stop'))}><ui-icon name="stop"></ui-icon>${this.sides > 1 ? 'Stop both' : 'Stop'}</button>`
              : html`<button class="primary">${this.sides > 1 ? 'Send to both' : 'Send'} <kbd class="small">${IS_MAC ? '⌘' : 'Ctrl'} Enter</kbd></button>`
          }
          ${files === undefined ? nothing : this.#chooser(files)}
        </span>
        <slot></slot>
      </div>
      <p class="problem" role="alert" ?hidden=${problem === ''}>${problem}</p>
    </form>`;
  }

  override focus(): void {
    this.renderRoot.querySelector('textarea')?.focus();
  }

  #chooser(files: 'images' | 'sound') {
    const [label, accept] = files === 'images' ? ['Add images', 'image/*'] : ['Choose a recording', 'audio/*,video/*'];
    return html`<button type="button" @click=${() => this.renderRoot.querySelector<HTMLInputElement>('input[type=file]')?.click()}><ui-icon name="plus"></ui-icon>${label}</button>
      <input type="file" hidden aria-label=${label} accept=${accept} ?multiple=${files === 'images'} @change=${(event: Event) => this.#chosen(event.target as HTMLInputElement)} />`;
  }

  #file(file: Attachment) {
    return html`<li class="file">${file.type.startsWith('image/') ? html`<img src=${file.url} alt="" />` : nothing}<span>${file.name}</span>
      <button type="button" class="quiet icon" aria-label=${`Remove ${file.name}`} @click=${() => this.#change({ attachments: this.draft.attachments.filter((each) => each !== file) })}><ui-icon name="close"></ui-icon></button></li>`;
  }

  #chosen(input: HTMLInputElement): void {
    void this.#add([...(input.files ?? [])]);
    input.value = '';
  }

  #dragged = (event: DragEvent): void => {
    if (!event.dataTransfer?.types.includes('Files')) return;
    event.preventDefault();
    this.dropping = true;
  };

  #dropped = (event: DragEvent): void => {
    this.dropping = false;
    const files = [...(event.dataTransfer?.files ?? [])];
    if (files.length === 0) return;
    event.preventDefault();
    void this.#add(files);
  };

  #pasted = (event: ClipboardEvent): void => {
    const files = [...(event.clipboardData?.files ?? [])];
    // Office programs copy text as a picture too.
    if (files.length === 0 || event.clipboardData?.types.includes('text/plain') === true) return;
    event.preventDefault();
    void this.#add(files);
  };

  async #add(files: readonly File[]): Promise<void> {
    const takes = protocolOf(this.draft.protocol).files;
    const { added, refused } = await attach(files, takes);
    if (added.length > 0) {
      const attachments = takes === 'sound' ? added.slice(-1) : [...this.draft.attachments, ...added];
      this.#change({ attachments });
    }
    this.problem = refused.length === 0 ? '' : `${counted(refused.length, 'file')} left out. ${refused[0]}`;
  }

  #onKey = (event: KeyboardEvent): void => {
    if (event.key !== 'Enter' || !(event.ctrlKey || event.metaKey)) return;
    event.preventDefault();
    this.#send();
  };

  #submit = (event: SubmitEvent): void => {
    event.preventDefault();
    this.#send();
  };

  #send(): void {
    this.problem = this.running ? '' : this.#missing();
    if (this.problem === '' && !this.running) this.dispatchEvent(new CustomEvent('send'));
    else if (this.problem !== '') this.focus();
  }

  #missing(): string {
    const { prompt, files } = protocolOf(this.draft.protocol);
    const { attachments } = this.draft;
    if (files === 'sound') return attachments.length === 0 ? 'Choose a recording first.' : '';
    if (this.draft.prompt.trim() !== '' || (files === 'images' && attachments.length > 0)) return '';
    return `${prompt?.label ?? 'The prompt'} is empty.`;
  }

  #change(change: Partial<Draft>): void {
    this.problem = '';
    this.draft = { ...this.draft, ...change };
    this.dispatchEvent(new CustomEvent('change', { detail: change }));
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'prompt-composer': PromptComposer;
  }
}
