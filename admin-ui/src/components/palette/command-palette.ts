import { Router } from '@vaadin/router';
import { css, html, LitElement, nothing } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { type Entry, type Found, findEntries, type Kind } from '../../data/palette/find-entries.js';
import { loadEntries } from '../../data/palette/load-entries.js';
import { base } from '../../styles/base.js';
import { toastError } from '../common/toast-host.js';
import '../dialogs/ui-dialog.js';
import type { UiDialog } from '../dialogs/ui-dialog.js';

/** Finds pages, chains, providers, models, requests and actions by some letters of their name. Fires `close`. */
@customElement('command-palette')
export class CommandPalette extends LitElement {
  static override styles = [
    base,
    css`
      .list { height: min(24rem, calc(100dvh - 16rem)); margin-top: var(--space-2); overflow-y: auto; scroll-padding: 2rem 0; }
      h3 { position: sticky; top: 0; padding: var(--space-2) var(--space-2) var(--space-1); background: var(--raised); color: var(--muted); font-size: var(--text-s); font-weight: 550; }
      [role='option'] { display: flex; flex-wrap: wrap; align-items: baseline; justify-content: space-between; gap: 0 var(--space-3); padding: 0.3125rem var(--space-2); border-radius: var(--radius-s); cursor: pointer; overflow-wrap: anywhere; }
      [aria-selected='true'] { background: var(--accent-soft); }
      mark { background: none; color: var(--accent); font-weight: 650; }
      .none { padding: var(--space-4) var(--space-2); }
      @media (forced-colors: active) { [aria-selected='true'] { outline: 2px solid Highlight; outline-offset: -2px; } }
    `,
  ];
  /** The pages and the actions, which need no server. */
  @property({ attribute: false }) entries: readonly Entry[] = [];
  @state() private query = '';
  @state() private loaded: readonly Entry[] = [];
  @state() private loading = true;
  /** The place of the active option. */
  @state() private active = 0;
  readonly #closing = new AbortController();

  override async connectedCallback(): Promise<void> {
    super.connectedCallback();
    this.loaded = await loadEntries(this.#closing.signal);
    this.loading = false;
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#closing.abort();
  }

  override render() {
    const groups = this.#groups();
    const count = groups.reduce((sum, [, found]) => sum + found.length, 0);
    let place = 0;
    return html`<ui-dialog heading="Search and commands" @close=${() => this.dispatchEvent(new CustomEvent('close'))}>
      <input type="text" role="combobox" autofocus aria-label="Search" aria-expanded="true" aria-controls="found" aria-autocomplete="list" aria-activedescendant=${count === 0 ? nothing : `option-${this.active}`} autocomplete="off" spellcheck="false" placeholder="A page, chain, provider, model, request id or action" .value=${this.query} @input=${this.#typed} @keydown=${this.#pressed} />
      <div class="list" id="found" role="listbox" aria-label="Found" tabindex="-1">
        ${groups.map(([kind, found]) => html`<div role="group" aria-labelledby="kind-${kind}"><h3 id="kind-${kind}" role="presentation">${kind}</h3>${found.map((each) => this.#option(each, place++))}</div>`)}
      </div>
      <p class="visually-hidden" role="status">${this.#said(count)}</p>
      <span slot="actions" class="muted small">Arrow keys to choose, Enter to open, Esc to close</span>
    </ui-dialog>`;
  }

  #said(count: number): string {
    if (count > 0) return `${count} found`;
    return this.loading ? 'Loading' : 'Nothing found';
  }

  #option({ entry, places }: Found, place: number) {
    const { text, detail } = entry;
    return html`<div role="option" id="option-${place}" aria-selected=${place === this.active} @mousemove=${() => (this.active = place)} @click=${() => this.#run(entry)}>
      <span>${marked(text, places)}</span>${detail === undefined ? nothing : html`<span class="muted small">${detail}</span>`}
    </div>`;
  }

  #groups(): readonly (readonly [Kind, readonly Found[]])[] {
    return findEntries(this.query, [...this.entries, ...this.loaded]);
  }

  #typed(event: InputEvent): void {
    this.query = (event.target as HTMLInputElement).value;
    this.active = 0;
  }

  #pressed(event: KeyboardEvent): void {
    const found = this.#groups().flatMap(([, each]) => each);
    const last = found.length - 1;
    const to = MOVES[event.key]?.(this.active, last);
    if (to !== undefined && last >= 0) {
      event.preventDefault();
      this.active = to;
      return;
    }
    const chosen = found[this.active];
    if (event.key !== 'Enter' || event.isComposing || chosen === undefined) return;
    event.preventDefault();
    this.#run(chosen.entry);
  }

  override updated(): void {
    this.renderRoot.querySelector('[aria-selected=true]')?.scrollIntoView({ block: 'nearest' });
  }

  #run({ does }: Entry): void {
    this.renderRoot.querySelector<UiDialog>('ui-dialog')?.close();
    if (typeof does === 'string') Router.go(does);
    else void Promise.resolve(does()).catch(toastError);
  }
}

const MOVES: Readonly<Record<string, (from: number, last: number) => number>> = {
  ArrowDown: (from, last) => (from >= last ? 0 : from + 1),
  ArrowUp: (from, last) => (from <= 0 ? last : from - 1),
  PageDown: (from, last) => Math.min(from + 8, last),
  PageUp: (from) => Math.max(from - 8, 0),
};

/** A text with the letters at these places marked. */
const marked = (text: string, places: readonly number[]) => {
  if (places.length === 0) return text;
  const parts: { text: string; on: boolean }[] = [];
  let place = 0;
  for (const letter of text) {
    const on = places.includes(place);
    const before = parts.at(-1);
    if (before?.on === on) before.text += letter;
    else parts.push({ text: letter, on });
    place += letter.length;
  }
  return parts.map((part) => (part.on ? html`<mark>${part.text}</mark>` : part.text));
};

declare global {
  interface HTMLElementTagNameMap {
    'command-palette': CommandPalette;
  }
}
