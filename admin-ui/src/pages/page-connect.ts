import { css, html, LitElement, nothing } from 'lit';
import { customElement, state } from 'lit/decorators.js';
import type { ChainsReply, KeysReply } from '../../../src/contract/admin-configuration.js';
import { toast } from '../components/common/toast-host.js';
import { GROUPS, PROGRAMS, type Program, type Way } from '../data/connect/programs.js';
import { call } from '../data/server/client.js';
import { Resource } from '../data/server/resource.js';
import { revealKey } from '../data/settings/keys.js';
import { base } from '../styles/base.js';
import '../components/common/copy-button.js';
import '../components/common/empty-state.js';
import '../components/connect/key-choice.js';
import '../components/common/load-state.js';
import '../components/common/page-header.js';
import '../components/connect/program-settings.js';

interface Doors {
  readonly keys: KeysReply;
  readonly chains: ChainsReply;
}

const FIRST = PROGRAMS[0] as Program;

/** Settings for common programs with this address. */
@customElement('page-connect')
class PageConnect extends LitElement {
  static override styles = [
    base,
    css`
      .sides { display: grid; grid-template-columns: 14rem minmax(0, 1fr); gap: var(--space-5); align-items: start; }
      nav { position: sticky; top: var(--space-4); display: grid; gap: var(--space-3); }
      nav h2 { font-size: var(--text-s); color: var(--muted); font-weight: 550; padding: 0 var(--space-2); margin-bottom: var(--space-1); }
      nav a { display: block; padding: 0.3125rem var(--space-2); border-radius: var(--radius-s); color: var(--text); text-decoration: none; }
      nav a:hover { background: var(--sunken); }
      nav a[aria-current='true'] { background: var(--accent-soft); color: var(--accent); font-weight: 550; }
      .settings { max-width: 60rem; gap: var(--space-4); }
      .settings, program-settings { min-width: 0; }
      .sides > .programs { display: none; }
      .doors { align-items: start; gap: var(--space-3) var(--space-4); }
      .doors select { width: auto; max-width: 20rem; }
      @media (max-width: 56rem) {
        .sides { grid-template-columns: minmax(0, 1fr); gap: var(--space-4); }
        nav, .settings > h2 { display: none; }
        .sides > .programs { display: grid; }
      }
    `,
  ];
  @state() private programId = new URLSearchParams(location.search).get('program') ?? FIRST.id;
  @state() private label = '';
  @state() private chain = '';
  readonly #doors = new Resource<Doors>(this, async (signal) => {
    const [keys, chains] = await Promise.all([call('GET /keys', { signal }), call('GET /chains', { signal })]);
    return { keys, chains };
  });

  override render() {
    const { value } = this.#doors;
    return html`
      <page-header heading="Connect">Settings to copy for your programs. They use 429chain as they would use OpenAI or Anthropic.</page-header>
      <load-state .of=${this.#doors}>${value === undefined ? nothing : this.#content(value)}</load-state>`;
  }

  #content(doors: Doors) {
    const { chains } = doors.chains;
    if (chains.length === 0)
      return html`<empty-state icon="chain" heading="No chain yet" text="Programs name a chain as their model. Create one first."><a class="button primary" href="/admin/welcome">Create the first chain</a></empty-state>`;
    const program = PROGRAMS.find(({ id }) => id === this.programId) ?? FIRST;
    return html`<div class="sides">${this.#programs(program)}${this.#select(program)}${this.#settings(program, doors)}</div>`;
  }

  #programs(chosen: Program) {
    return html`<nav aria-label="Programs">${GROUPS.map(
      (group) => html`<section>
        <h2>${group}</h2>
        <ul>${PROGRAMS.filter((program) => program.group === group).map(({ id, title }) => html`<li><a href="/admin/connect?program=${id}" aria-current=${id === chosen.id} @click=${(event: MouseEvent) => this.#open(event, id)}>${title}</a></li>`)}</ul>
      </section>`,
    )}</nav>`;
  }

  /** Replaces the list on narrow screens. */
  #select(chosen: Program) {
    return html`<label class="field programs"><span>Program</span><select name="program" @change=${(event: Event) => this.#show((event.target as HTMLSelectElement).value)}>${GROUPS.map(
      (group) =>
        html`<optgroup label=${group}>${PROGRAMS.filter((program) => program.group === group).map(({ id, title }) => html`<option value=${id} ?selected=${id === chosen.id}>${title}</option>`)}</optgroup>`,
    )}</select></label>`;
  }

  #settings(program: Program, { keys, chains }: Doors) {
    const key = keys.keys.find(({ label }) => label === this.label) ?? keys.keys[0];
    const names = chains.chains.map(({ name }) => name);
    const chain = names.includes(this.chain) ? this.chain : (chains.defaultChain ?? (names[0] as string));
    const baseUrl = `${location.origin}/v1`;
    const way: Way = {
      address: location.origin,
      baseUrl,
      key: key?.masked ?? '',
      chain,
      chains: [chain, ...names.filter((name) => name !== chain)],
    };
    return html`<section class="stack settings" aria-labelledby="program">
      <h2 id="program">${program.title}</h2>
      <div class="row doors">
        <label class="field"><span>Chain</span><select name="chain" @change=${(event: Event) => (this.chain = (event.target as HTMLSelectElement).value)}>${names.map((name) => html`<option ?selected=${name === chain}>${name}</option>`)}</select></label>
        <key-choice .reply=${keys} .chosen=${key} program=${program.title} @choose=${(event: CustomEvent<string>) => (this.label = event.detail)} @made=${this.#made}></key-choice>
      </div>
      ${key === undefined ? nothing : html`<p class="hint">The key is masked here. What you copy contains the whole key.</p><program-settings .program=${program} .way=${way} .reveal=${() => revealKey(key.label)}></program-settings>`}
    </section>`;
  }

  /** Changes the address without loading the page again, so that key and chain stay. */
  #open(event: MouseEvent, id: string): void {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    event.stopPropagation();
    this.#show(id);
  }

  #show(id: string): void {
    this.programId = id;
    history.replaceState(history.state, '', `/admin/connect?program=${id}`);
  }

  #made = async ({ detail: label }: CustomEvent<string>): Promise<void> => {
    await this.#doors.reload();
    this.label = label;
    toast({ text: `The key “${label}” is created. What you copy contains it.` });
  };
}

declare global {
  interface HTMLElementTagNameMap {
    'page-connect': PageConnect;
  }
}
