import { Router } from '@vaadin/router';
import { css, html, LitElement, nothing } from 'lit';
import { customElement, state } from 'lit/decorators.js';
import { repeat } from 'lit/directives/repeat.js';
import type { ChainView } from '../../../src/contract/admin-configuration.js';
import { confirm } from '../components/common/confirm-dialog.js';
import { toast } from '../components/common/toast-host.js';
import {
  asWritten,
  type Chains,
  heldChain,
  loadChains,
  makeDefault,
  NAME_OF_CHAIN,
  removeChain,
  saveChain,
} from '../data/chains/chains.js';
import { counted } from '../data/format.js';
import { LiveController, live } from '../data/server/feed.js';
import { Resource } from '../data/server/resource.js';
import { ConflictError } from '../data/server/saving.js';
import { base } from '../styles/base.js';
import '../components/chains/chain-card.js';
import '../components/common/empty-state.js';
import '../components/common/load-state.js';
import '../components/common/name-dialog.js';
import '../components/common/page-header.js';
import '../components/saving/save-problem.js';
import '../components/common/ui-icon.js';
import '../components/saving/writable-note.js';

type Window = { readonly kind: 'add' } | { readonly kind: 'rename'; readonly chain: ChainView };

@customElement('page-chains')
class PageChains extends LitElement {
  static override styles = [
    base,
    css`.chains { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(36rem, 100%), 1fr)); gap: var(--space-3); align-items: start; }`,
  ];
  @state() private window: Window | undefined;
  /** Why the last change was not saved. */
  @state() private problem: unknown;
  readonly #chains = new Resource<Chains>(this, loadChains);

  constructor() {
    super();
    new LiveController(this, (event) => {
      if (event?.type === 'status') void this.#chains.reload();
    });
  }

  override render() {
    const { value } = this.#chains;
    return html`
      <page-header heading="Chains">
        Lists of targets. A request asks the first one with free capacity.
        ${value === undefined || value.chains.length === 0 ? nothing : html`<button slot="actions" class="primary" @click=${this.#add}><ui-icon name="plus"></ui-icon>Add a chain</button>`}
      </page-header>
      <load-state .of=${this.#chains}>${value === undefined ? nothing : this.#content(value)}</load-state>`;
  }

  #content(chains: Chains) {
    return html`<div class="stack">
        <writable-note .writable=${chains.writable}></writable-note>
        ${this.window === undefined ? html`<save-problem .error=${this.problem}></save-problem>` : nothing}
        ${
          chains.chains.length === 0
            ? this.#empty(chains)
            : html`<div class="chains">${repeat(
                chains.chains,
                ({ name }) => name,
                (chain) => this.#card(chain, chains.defaultChain === chain.name),
              )}</div>`
        }
      </div>
      ${this.#open(chains)}`;
  }

  #card(chain: ChainView, isDefault: boolean) {
    const { name } = chain;
    return html`<chain-card
      .chain=${chain}
      .isDefault=${isDefault}
      .states=${live.status?.targets ?? []}
      @make-default=${() => this.#makeDefault(name)}
      @rename=${() => this.#rename(chain)}
      @remove=${() => this.#remove(chain, isDefault)}
    ></chain-card>`;
  }

  #empty({ providers }: Chains) {
    if (providers.length === 0)
      return html`<empty-state icon="chain" heading="No chain yet" text="A chain is a list of models of your providers, asked from top to bottom. First of all a provider is needed.">
        <a class="button primary" href="/admin/welcome">Add your first provider</a>
      </empty-state>`;
    return html`<empty-state icon="chain" heading="No chain yet" text="A chain is a list of models of your providers. A request asks the first one with free capacity, so that none fails on a limit while another has room.">
      <button class="primary" @click=${this.#add}>Add your first chain</button>
    </empty-state>`;
  }

  #open({ chains }: Chains) {
    const { window } = this;
    if (window === undefined) return nothing;
    const close = () => {
      this.window = undefined;
      this.problem = undefined;
    };
    const taken = chains.map(({ name }) => name);
    if (window.kind === 'add')
      return html`<name-dialog heading="Add a chain" yes="Choose its targets" value=${taken.length === 0 ? 'default' : ''} hint="Requests name the chain as their model." pattern=${NAME_OF_CHAIN} .taken=${taken} @named=${this.#begin} @close=${close}></name-dialog>`;
    const { name } = window.chain;
    return html`<name-dialog heading="Rename ${name}" yes="Rename" value=${name} hint="Programs that name ${name} as their model then get the default chain, until you change the name there." pattern=${NAME_OF_CHAIN} .taken=${taken.filter((each) => each !== name)} @named=${({ detail }: CustomEvent<string>) => this.#renamed(window.chain, detail)} @close=${close}>
      <save-problem .error=${this.problem}></save-problem>
    </name-dialog>`;
  }

  #add = (): void => {
    this.problem = undefined;
    this.window = { kind: 'add' };
  };

  #begin = ({ detail: name }: CustomEvent<string>): void => {
    this.window = undefined;
    Router.go({ pathname: `/admin/chains/${encodeURIComponent(name)}`, search: '?new' });
  };

  #rename(chain: ChainView): void {
    this.problem = undefined;
    this.window = { kind: 'rename', chain };
  }

  async #renamed(chain: ChainView, name: string): Promise<void> {
    if (name === chain.name) {
      this.window = undefined;
      return;
    }
    const held = this.#held(chain.name);
    // Changes only the name: the chain may have been changed elsewhere since the dialog was opened.
    const written = { ...(held.value ?? asWritten(chain)), name };
    const done = await this.#attempt(chain.name, () => saveChain(chain.name, held, written));
    if (!done) return;
    this.window = undefined;
    toast({ text: `${chain.name} is called ${name} now.` });
  }

  async #makeDefault(name: string): Promise<void> {
    const before = this.#chains.value?.defaultChain;
    const done = await this.#attempt('The default chain', () => makeDefault(name, this.#chains.value as Chains));
    if (!done) return;
    const undo = before === undefined ? {} : { action: { label: 'Undo', run: () => this.#makeDefault(before) } };
    toast({ text: `${name} is the default chain now. It answers requests for unknown models.`, ...undo });
  }

  async #remove(chain: ChainView, isDefault: boolean): Promise<void> {
    const { name, targets } = chain;
    this.problem = undefined;
    if (isDefault) {
      this.problem = new Error(`${name} is the default chain. Make another one the default first.`);
      return;
    }
    const text = `It lists ${counted(targets.length, 'target')}. Requests that name it get the default chain then.`;
    if (!(await confirm({ heading: `Remove ${name}?`, text, yes: 'Remove', danger: true }))) return;
    const done = await this.#attempt(name, () => removeChain(name, this.#held(name)));
    if (done) toast({ text: `${name} is removed.`, action: { label: 'Undo', run: () => this.#bringBack(chain) } });
  }

  async #bringBack(chain: ChainView): Promise<void> {
    await this.#attempt(chain.name, () => saveChain(chain.name, this.#held(chain.name), asWritten(chain)));
  }

  /** Makes a change and reloads the chains. @returns whether the change succeeded */
  async #attempt(name: string, change: () => Promise<unknown>): Promise<boolean> {
    this.problem = undefined;
    try {
      await change();
      return true;
    } catch (error) {
      this.problem =
        error instanceof ConflictError
          ? new Error(`${name} was changed elsewhere. This is how it is now; try again.`)
          : error;
      return false;
    } finally {
      await this.#chains.reload();
    }
  }

  #held(name: string) {
    return heldChain(this.#chains.value as Chains, name);
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'page-chains': PageChains;
  }
}
