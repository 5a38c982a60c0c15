import { css, html, LitElement, nothing } from 'lit';
import { customElement } from 'lit/decorators.js';
import { createRef, ref } from 'lit/directives/ref.js';
import type { ConfigurationReply, ProblemView } from '../../../../src/contract/admin-configuration.js';
import { download } from '../../data/browser/file.js';
import { isSaveKey } from '../../data/browser/save-key.js';
import { counted } from '../../data/format.js';
import { call } from '../../data/server/client.js';
import { LiveController } from '../../data/server/feed.js';
import { Resource } from '../../data/server/resource.js';
import { ConflictError } from '../../data/server/saving.js';
import { ConfigurationEditing } from '../../data/settings/configuration-editing.js';
import { base } from '../../styles/base.js';
import '../common/load-state.js';
import '../saving/save-problem.js';
import './text-editor.js';
import { toast, toastError } from '../common/toast-host.js';
import type { TextEditor } from './text-editor.js';
import '../common/ui-icon.js';
import '../saving/writable-note.js';

const FILE_NAME = '429chain.json5';
/** The largest file to import, in bytes. */
const LARGEST_FILE = 512 * 1024;
/** The server's placeholder for a literal key. */
const MASK = /<masked: [^<>]*>/;

/** Edits the configuration as text, and checks it while the user types. */
@customElement('configuration-editor')
export class ConfigurationEditor extends LitElement {
  static override styles = [
    base,
    css`
      .state { min-height: 1.5rem; }
      ul { display: grid; gap: 1px; }
      .wrong { border: 1px solid var(--bad); border-radius: var(--radius); overflow: hidden; }
      .wrong button { width: 100%; display: grid; grid-template-columns: 3.5rem minmax(0, 1fr); justify-content: start; justify-items: start; text-align: left; white-space: normal; border: 0; border-radius: 0; font-weight: 400; padding: var(--space-1) var(--space-3); background: var(--bad-soft); overflow-wrap: anywhere; }
      .wrong button:hover { filter: brightness(0.97); }
      .mask { border: 1px solid var(--warn); background: var(--warn-soft); border-radius: var(--radius); padding: var(--space-2) var(--space-3); }
      input[type='file'] { display: none; }
      .path { overflow-wrap: anywhere; }
    `,
  ];
  readonly #editor = createRef<TextEditor>();
  readonly #picker = createRef<HTMLInputElement>();
  readonly #editing = new ConfigurationEditing(this);
  readonly #file = new Resource<ConfigurationReply>(this, async (signal) => {
    const reply = await call('GET /configuration', { signal });
    this.#editing.take(reply);
    return reply;
  });

  constructor() {
    super();
    new LiveController(this, (event) => {
      const isNew = event?.type === 'status' || (event?.type === 'changes' && event.configuration !== undefined);
      if (isNew) void this.#file.reload();
    });
  }

  /** There is unsaved input. */
  get changed(): boolean {
    return this.#editing.changed;
  }

  override render() {
    const { value } = this.#file;
    return html`<load-state .of=${this.#file}>${value === undefined ? nothing : this.#content(value)}</load-state>`;
  }

  #content({ file, writable }: ConfigurationReply) {
    const { text, problems, problem, saving, changed } = this.#editing;
    return html`<div class="stack" @keydown=${this.#onKey}>
      <div class="row between">
        <code class="path muted">${file ?? 'Not a file: it ends with the process'}</code>
        <div class="row">
          <button @click=${() => this.#picker.value?.click()}>Import…</button>
          <input ${ref(this.#picker)} type="file" accept=".json5,.json,application/json" aria-label="A configuration to import" tabindex="-1" @change=${this.#import} />
          <button @click=${() => download(FILE_NAME, text, 'application/json5')}>Export</button>
        </div>
      </div>
      <writable-note .writable=${writable}></writable-note>
      ${MASK.test(text) ? html`<p class="mask">Keys are written into this file itself. They are masked here, and stay as they are when you save; an export has the masks in their place. Better write <code>\${NAME}</code>, and the key into <code>.env</code>.</p>` : nothing}
      <text-editor ${ref(this.#editor)} label="Configuration" .text=${text} .problems=${problems} @change=${(event: CustomEvent<string>) => this.#editing.type(event.detail)}></text-editor>
      <p class="state small" role="status">${this.#state()}</p>
      ${problems.length === 0 ? nothing : this.#problems(problems)}
      <save-problem .error=${problem} @theirs=${() => this.#editing.settle('theirs')} @mine=${this.#saveMine}></save-problem>
      <div class="row">
        <button class="primary" aria-keyshortcuts="Control+S Meta+S" ?disabled=${!changed || saving || problem instanceof ConflictError} @click=${this.#save}>Save</button>
        <button ?disabled=${!changed || saving} @click=${() => this.#editing.discard()}>Discard</button>
      </div>
    </div>`;
  }

  #state() {
    const { problems, checking, changed, saving } = this.#editing;
    if (saving) return html`<span class="muted">Saving…</span>`;
    if (checking) return html`<span class="muted">Checking…</span>`;
    if (problems.length > 0)
      return html`<span class="bad">${counted(problems.length, 'problem')}. ${changed ? 'It cannot be saved like this.' : 'The previous configuration stays in effect.'}</span>`;
    return changed
      ? html`<span class="good">This could be saved.</span>`
      : html`<span class="muted">This is in effect.</span>`;
  }

  #problems(problems: readonly ProblemView[]) {
    return html`<ul class="wrong" aria-label="Problems">${problems.map((problem) => html`<li><button @click=${() => this.#editor.value?.goTo(problem)}><span class="number bad">${problem.line}:${problem.column}</span><span>${problem.message}</span></button></li>`)}</ul>`;
  }

  #onKey = (event: KeyboardEvent): void => {
    if (!isSaveKey(event)) return;
    event.preventDefault();
    void this.#save();
  };

  #save = async (): Promise<void> => {
    if (await this.#editing.save()) {
      await this.#file.reload();
      toast({ text: 'Saved. It takes effect now.' });
    } else if (this.#editing.problems[0] !== undefined) {
      this.#editor.value?.goTo(this.#editing.problems[0]);
    }
  };

  #saveMine = (): void => {
    this.#editing.settle('mine');
    void this.#save();
  };

  /** Imports a file into the editor. The user saves it. */
  #import = async (event: Event): Promise<void> => {
    const picker = event.target as HTMLInputElement;
    const [file] = picker.files ?? [];
    if (file === undefined) return;
    try {
      if (file.size > LARGEST_FILE) throw new Error(`${file.name} is too large to be a configuration.`);
      this.#editing.type(await file.text());
      toast({ text: `${file.name} is in the editor. Look at it, then save.` });
    } catch (error) {
      toastError(error);
    }
    picker.value = '';
  };
}

declare global {
  interface HTMLElementTagNameMap {
    'configuration-editor': ConfigurationEditor;
  }
}
