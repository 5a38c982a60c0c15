import { Router } from '@vaadin/router';
import { css, html, LitElement, nothing } from 'lit';
import { customElement, state } from 'lit/decorators.js';
import { ref } from 'lit/directives/ref.js';
import { repeat } from 'lit/directives/repeat.js';
import type { ChainView } from '../../../src/contract/admin-configuration.js';
import { toast } from '../components/common/toast-host.js';
import { confirm } from '../components/dialogs/confirm-dialog.js';
import type { Move } from '../components/lists/sortable-list.js';
import { VirtualRows } from '../components/lists/virtual-rows.js';
import { Folds } from '../data/browser/folds.js';
import { ChainChanges } from '../data/chains/chain-changes.js';
import { type FoundChain, findChains } from '../data/chains/chain-search.js';
import { nameOfCopy, type Transfer } from '../data/chains/chain-transfer.js';
import { type Chains, NAME_OF_CHAIN } from '../data/chains/chains.js';
import { counted } from '../data/format.js';
import { LiveController, live } from '../data/server/feed.js';
import { base } from '../styles/base.js';
import '../components/chains/chain-card.js';
import '../components/chains/transfer-dialog.js';
import '../components/common/empty-state.js';
import '../components/common/load-state.js';
import '../components/dialogs/name-dialog.js';
import '../components/common/page-header.js';
import '../components/saving/save-problem.js';
import '../components/common/ui-icon.js';
import '../components/saving/writable-note.js';

type Window =
  | { readonly kind: 'add' }
  | { readonly kind: 'rename' | 'duplicate'; readonly chain: ChainView }
  | { readonly kind: 'transfer'; readonly moving: Omit<Transfer, 'to'> };

/** Up to so many chains are open at first. */
const FEW = 3;
/** The height of a folded chain with the gap below it before it is measured, px. */
const ROW = 58;
const FOLDS = new Folds('chains');

@customElement('page-chains')
class PageChains extends LitElement {
  static override styles = [
    base,
    css`
      .search { flex: 1 1 14rem; max-width: 28rem; }
      .fold { min-width: 6.5rem; }
      [data-row] { padding-bottom: var(--space-2); }
    `,
  ];
  @state() private window: Window | undefined;
  @state() private searched = '';
  readonly #changes = new ChainChanges(this);
  #found: readonly FoundChain[] = [];
  readonly #rows = new VirtualRows(this, () => ({
    count: this.#found.length,
    height: ROW,
    keyOf: (index) => this.#found[index]?.chain.name,
  }));

  constructor() {
    super();
    new LiveController(this, (event) => {
      if (event?.type === 'status') void this.#changes.loaded.reload();
    });
  }

  override willUpdate(): void {
    this.#found = findChains(this.#changes.chains, this.searched);
  }

  override render() {
    const { value } = this.#changes.loaded;
    return html`
      <page-header heading="Chains">
        Lists of targets. A request asks the first one with free capacity.
        ${value === undefined || value.chains.length === 0 ? nothing : html`<button slot="actions" class="primary" @click=${this.#add}><ui-icon name="plus"></ui-icon>Add a chain</button>`}
      </page-header>
      <load-state .of=${this.#changes.loaded}>${value === undefined ? nothing : this.#content(value)}</load-state>`;
  }

  #content(chains: Chains) {
    return html`<div class="stack">
        <writable-note .writable=${chains.writable}></writable-note>
        ${this.window === undefined ? html`<save-problem .error=${this.#changes.problem}></save-problem>` : nothing}
        ${chains.chains.length === 0 ? this.#empty(chains) : this.#list(chains)}
      </div>
      ${this.#open(chains)}`;
  }

  #list({ chains, defaultChain }: Chains) {
    const { first, last } = this.#rows.range;
    const all = chains.map(({ name }) => name);
    const anyOpen = all.some((name) => this.#isOpen(name));
    return html`
      <div class="row" role="search" aria-label="Chains">
        <input class="search" type="search" aria-label="Search chains" placeholder="Search by name, provider or model" .value=${this.searched} @input=${(event: InputEvent) => (this.searched = (event.target as HTMLInputElement).value)} />
        <button class="fold" @click=${() => this.#fold(all, !anyOpen)}>${anyOpen ? 'Fold all' : 'Unfold all'}</button>
      </div>
      <p class=${this.searched === '' ? 'visually-hidden' : 'small muted'} role="status">${this.#count()}</p>
      <div ${ref(this.#rows.attachToPage)} .style=${`padding-block: ${this.#rows.above}px ${this.#rows.below}px`}>${repeat(
        this.#found.slice(first, last),
        ({ chain }) => chain.name,
        (found, index) => this.#card(found, defaultChain, first + index),
      )}</div>`;
  }

  #count(): string {
    const found = this.#found.length;
    if (this.searched === '') return counted(found, 'chain');
    if (found === 0) return `No chain, provider or model has “${this.searched}” in its name.`;
    const targets = this.#found.reduce((sum, { places = [] }) => sum + places.length, 0);
    return `${counted(found, 'chain')}${targets === 0 ? '' : `, ${counted(targets, 'target')}`} found`;
  }

  #card({ chain, places }: FoundChain, defaultChain: string | undefined, row: number) {
    const { name } = chain;
    const isDefault = name === defaultChain;
    return html`<chain-card data-row=${row}
      .chain=${chain}
      .isDefault=${isDefault}
      .states=${live.status?.targets ?? []}
      .places=${places}
      ?open=${places !== undefined || this.#isOpen(name)}
      @fold=${() => this.#fold([name], !this.#isOpen(name))}
      @make-default=${() => this.#makeDefault(name)}
      @rename=${() => this.#show({ kind: 'rename', chain })}
      @duplicate=${() => this.#show({ kind: 'duplicate', chain })}
      @remove=${() => this.#remove(chain, isDefault)}
      @reorder=${({ detail }: CustomEvent<Move>) => this.#reorder(chain, detail)}
      @transfer=${({ detail }: CustomEvent<Transfer>) => this.#transfer(detail)}
      @ask-transfer=${({ detail: moving }: CustomEvent<Transfer>) => this.#show({ kind: 'transfer', moving })}
    ></chain-card>`;
  }

  #empty({ providers }: Chains) {
    if (providers.length === 0)
      return html`<empty-state icon="chain" heading="No chain yet" text="A chain is a list of models of your providers, asked from top to bottom. Add a provider first.">
        <a class="button primary" href="/admin/welcome">Add your first provider</a>
      </empty-state>`;
    return html`<empty-state icon="chain" heading="No chain yet" text="A chain is a list of models of your providers. A request asks the first one with free capacity, so that none fails on a limit while another has room.">
      <button class="primary" @click=${this.#add}>Add your first chain</button>
    </empty-state>`;
  }

  #open(chains: Chains) {
    const { window } = this;
    if (window === undefined) return nothing;
    if (window.kind === 'transfer')
      return html`<transfer-dialog .chains=${chains} .moving=${window.moving} @transfer=${this.#chosen} @close=${this.#close}></transfer-dialog>`;
    const taken = chains.chains.map(({ name }) => name);
    if (window.kind === 'add')
      return html`<name-dialog heading="Add a chain" yes="Choose its targets" value=${taken.length === 0 ? 'default' : ''} hint="Requests name the chain as their model." pattern=${NAME_OF_CHAIN} .taken=${taken} @named=${this.#begin} @close=${this.#close}></name-dialog>`;
    const { chain } = window;
    const { name } = chain;
    const problem = html`<save-problem .error=${this.#changes.problem}></save-problem>`;
    if (window.kind === 'duplicate')
      return html`<name-dialog heading="Duplicate ${name}" yes="Duplicate" value=${nameOfCopy(name, taken)} hint="The copy has the same targets and settings." pattern=${NAME_OF_CHAIN} .taken=${taken} @named=${({ detail }: CustomEvent<string>) => this.#duplicate(chain, detail)} @close=${this.#close}>${problem}</name-dialog>`;
    return html`<name-dialog heading="Rename ${name}" yes="Rename" value=${name} hint="Programs that name ${name} as their model then get the default chain, until you change the name there." pattern=${NAME_OF_CHAIN} .taken=${taken.filter((each) => each !== name)} @named=${({ detail }: CustomEvent<string>) => this.#rename(chain, detail)} @close=${this.#close}>${problem}</name-dialog>`;
  }

  #isOpen(name: string): boolean {
    return FOLDS.isOpen(name, (this.#changes.loaded.value?.chains.length ?? 0) <= FEW);
  }

  #fold(names: readonly string[], open: boolean): void {
    FOLDS.set(names, open);
    this.requestUpdate();
  }

  #show(window: Window): void {
    this.#changes.clear();
    this.window = window;
  }

  #close = (): void => {
    this.window = undefined;
    this.#changes.clear();
  };

  #add = (): void => this.#show({ kind: 'add' });

  #begin = ({ detail: name }: CustomEvent<string>): void => {
    this.window = undefined;
    Router.go({ pathname: `/admin/chains/${encodeURIComponent(name)}`, search: '?new' });
  };

  async #rename(chain: ChainView, name: string): Promise<void> {
    if (name === chain.name) {
      this.window = undefined;
      return;
    }
    if (!(await this.#changes.rename(chain, name))) return;
    this.window = undefined;
    toast({ text: `${chain.name} is called ${name} now.` });
  }

  async #duplicate(chain: ChainView, name: string): Promise<void> {
    if (!(await this.#changes.duplicate(chain, name))) return;
    this.window = undefined;
    toast({ text: `${name} is a copy of ${chain.name}.` });
  }

  async #makeDefault(name: string): Promise<void> {
    const before = this.#changes.loaded.value?.defaultChain;
    if (!(await this.#changes.makeDefault(name))) return;
    const undo = before === undefined ? {} : { action: { label: 'Undo', run: () => this.#makeDefault(before) } };
    toast({ text: `${name} is the default chain now. It answers requests for unknown models.`, ...undo });
  }

  async #remove(chain: ChainView, isDefault: boolean): Promise<void> {
    const { name, targets } = chain;
    this.#changes.clear();
    if (isDefault) {
      this.#changes.problem = new Error(`${name} is the default chain. Make another one the default first.`);
      return;
    }
    const text = `It lists ${counted(targets.length, 'target')}. Requests that name it then get the default chain.`;
    if (!(await confirm({ heading: `Remove ${name}?`, text, yes: 'Remove', danger: true }))) return;
    if (!(await this.#changes.remove(name))) return;
    toast({
      text: `${name} is removed.`,
      action: { label: 'Undo', run: () => void this.#changes.bringBack(chain) },
    });
  }

  async #reorder({ name, targets }: ChainView, { from, to }: Move): Promise<void> {
    if (!(await this.#changes.reorder(name, from, to))) return;
    toast({
      text: `${targets[from]?.target} is number ${to + 1} of ${name} now.`,
      action: { label: 'Undo', run: () => void this.#changes.reorder(name, to, from) },
    });
  }

  #chosen = ({ detail }: CustomEvent<Transfer>): void => {
    this.window = undefined;
    void this.#transfer(detail);
  };

  async #transfer(moving: Transfer): Promise<void> {
    const { target, from, to, copies } = moving;
    const source = this.#changes.chains.find(({ name }) => name === from);
    const at = source?.targets.findIndex((each) => each.target === target) ?? 0;
    if (!(await this.#changes.transfer(moving))) return;
    const undo = copies
      ? () => this.#changes.takeOut(to, target)
      : () => this.#changes.transfer({ target, from: to, to: from, at, copies: false });
    toast({
      text: copies ? `${target} is in ${to} too now.` : `${target} moved from ${from} to ${to}.`,
      action: { label: 'Undo', run: () => void undo() },
    });
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'page-chains': PageChains;
  }
}
