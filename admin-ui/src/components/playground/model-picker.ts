import { css, html, LitElement, nothing } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { choicesOf, type KnownNames, matching, type NamedChoice, type Outlook } from '../../data/playground/names.js';
import { base } from '../../styles/base.js';

/** Most choices that are listed at once. */
const MOST_LISTED = 60;
const KINDS = { chain: 'Chains', target: 'Targets of chains', model: 'Other models' } as const;

/** A field for a chain or a target, with a list to search. Fires `choose` (detail: the name). */
@customElement('model-picker')
export class ModelPicker extends LitElement {
  static override styles = [
    base,
    css`
      .box { position: relative; }
      [role='listbox'] { position: absolute; z-index: 20; inset: calc(100% + 0.125rem) 0 auto 0; max-height: min(22rem, 50dvh); overflow: auto; background: var(--raised); border: 1px solid var(--line-strong); border-radius: var(--radius-s); box-shadow: var(--shadow); padding: var(--space-1); }
      .kind { padding: var(--space-1) var(--space-2); color: var(--muted); font-size: var(--text-s); font-weight: 550; }
      [role='option'] { display: flex; justify-content: space-between; gap: var(--space-3); padding: var(--space-1) var(--space-2); border-radius: 0.1875rem; cursor: pointer; }
      [role='option'] span:first-child { overflow-wrap: anywhere; }
      [role='option']:hover { background: var(--sunken); }
      [role='option'][aria-selected='true'] { background: var(--accent-soft); }
      .more { padding: var(--space-1) var(--space-2); }
      .outlook { min-height: 2.25rem; max-height: 8rem; overflow: auto; margin-top: var(--space-1); overflow-wrap: anywhere; }
      .outlook.warn { color: var(--warn); font-weight: 550; }
      @media (max-width: 40rem) { [role='option'] { padding: var(--space-2); } }
    `,
  ];
  @property() label = 'Chain or target';
  @property() value = '';
  @property({ attribute: false }) names: KnownNames = { chains: undefined, targets: [], models: {} };
  @property({ attribute: false }) outlook: Outlook | undefined;
  @state() private isOpen = false;
  /** The text to search; the whole list is shown until something is typed. */
  @state() private search = '';
  @state() private active = -1;

  override render() {
    const found = this.isOpen ? this.#found() : [];
    const { active, outlook } = this;
    return html`<div class="field">
      <label class="label" for="name">${this.label}</label>
      <div class="box" @focusout=${this.#left}>
        <input id="name" name="model" role="combobox" autocomplete="off" spellcheck="false" aria-autocomplete="list" aria-expanded=${this.isOpen && found.length > 0} aria-controls="choices" aria-activedescendant=${active >= 0 && active < found.length ? `choice-${active}` : nothing} aria-describedby="outlook" placeholder=${this.#default()} .value=${this.value} @input=${this.#typed} @focus=${this.#open} @click=${this.#open} @keydown=${this.#onKey} />
        <div id="choices" role="listbox" aria-label="Chains and targets" ?hidden=${!this.isOpen || found.length === 0}>${this.#list(found)}</div>
      </div>
      <p id="outlook" class="outlook hint ${outlook?.kind ?? ''}" role="status">${outlook?.text ?? ''}</p>
    </div>`;
  }

  #list(found: readonly NamedChoice[]) {
    const shown = found.slice(0, MOST_LISTED);
    return html`${(Object.keys(KINDS) as (keyof typeof KINDS)[]).map((kind) => {
      const own = shown.filter((choice) => choice.kind === kind);
      if (own.length === 0) return nothing;
      return html`<div role="group" aria-label=${KINDS[kind]}><div class="kind" aria-hidden="true">${KINDS[kind]}</div>${own.map((choice) => this.#option(choice, shown.indexOf(choice)))}</div>`;
    })}
    ${found.length > shown.length ? html`<p class="more small muted" role="option" aria-selected="false" aria-disabled="true">${found.length - shown.length} more. Type to narrow the list.</p>` : nothing}`;
  }

  #option({ name, note }: NamedChoice, place: number) {
    return html`<div role="option" id=${`choice-${place}`} aria-selected=${place === this.active} @mousedown=${(event: MouseEvent) => event.preventDefault()} @click=${() => this.#choose(name)}><span>${name}</span><span class="muted small">${note}</span></div>`;
  }

  /** In the order in which they are shown: by kind. */
  #found(): readonly NamedChoice[] {
    const found = matching(choicesOf(this.names), this.search);
    return (Object.keys(KINDS) as NamedChoice['kind'][]).flatMap((kind) => found.filter((each) => each.kind === kind));
  }

  #default(): string {
    const { chains = [], defaultChain: name } = this.names.chains ?? {};
    return name === undefined || chains.length === 0 ? '' : `${name} (the default chain)`;
  }

  #open = (): void => {
    if (this.isOpen) return;
    this.isOpen = true;
    this.search = '';
    this.active = -1;
  };

  #left = (): void => {
    this.isOpen = false;
  };

  #typed(event: InputEvent): void {
    const text = (event.target as HTMLInputElement).value;
    this.isOpen = true;
    this.search = text;
    this.active = -1;
    this.#tell(text.trim());
  }

  #choose(name: string): void {
    this.isOpen = false;
    this.#tell(name);
  }

  #tell(name: string): void {
    this.value = name;
    this.dispatchEvent(new CustomEvent('choose', { detail: name }));
  }

  #onKey = (event: KeyboardEvent): void => {
    const { key } = event;
    if (key === 'Escape' && this.isOpen) {
      event.stopPropagation();
      this.isOpen = false;
      return;
    }
    if (key === 'Enter') {
      // A form around it is not sent.
      event.preventDefault();
      const chosen = this.isOpen ? this.#found()[this.active] : undefined;
      if (chosen !== undefined) this.#choose(chosen.name);
      this.isOpen = false;
      return;
    }
    if (key !== 'ArrowDown' && key !== 'ArrowUp') return;
    event.preventDefault();
    this.#open();
    const most = Math.min(this.#found().length, MOST_LISTED);
    const step = key === 'ArrowDown' ? 1 : -1;
    this.active = most === 0 ? -1 : (this.active + step + most + (this.active === -1 && step === -1 ? 1 : 0)) % most;
    void this.updateComplete.then(() =>
      this.renderRoot.querySelector(`#choice-${this.active}`)?.scrollIntoView({ block: 'nearest' }),
    );
  };
}

declare global {
  interface HTMLElementTagNameMap {
    'model-picker': ModelPicker;
  }
}
