import { css, html, LitElement, nothing } from 'lit';
import { customElement, state } from 'lit/decorators.js';
import type { ChainSettingsView, ProviderView } from '../../../src/contract/admin-configuration.js';
import { reportValidity } from '../components/common/field-validity.js';
import { onDemand } from '../components/common/on-demand.js';
import { toast } from '../components/common/toast-host.js';
import { confirm } from '../components/dialogs/confirm-dialog.js';
import { UnloadGuard } from '../data/browser/unload-guard.js';
import { type ChainDraft, type DraftTarget, problemOfTarget } from '../data/chains/chain-draft.js';
import { ChainEditing } from '../data/chains/chain-editing.js';
import { type ChainAsWritten, type Chains, loadChains, makeDefault, NAME_OF_CHAIN } from '../data/chains/chains.js';
import { Preview } from '../data/chains/preview.js';
import { LiveController, live } from '../data/server/feed.js';
import { Resource } from '../data/server/resource.js';
import { ConflictError, changedElsewhere } from '../data/server/saving.js';
import { base } from '../styles/base.js';
import '../components/chains/chain-outlook.js';
import '../components/chains/chain-settings.js';
import '../components/chains/chain-targets.js';
import '../components/common/empty-state.js';
import '../components/common/load-state.js';
import '../components/common/page-header.js';
import '../components/saving/save-bar.js';
import '../components/saving/save-problem.js';
import '../components/common/ui-icon.js';
import '../components/saving/writable-note.js';

const LEAVE = {
  heading: 'Leave without saving?',
  text: 'What you changed in this chain is lost then.',
  yes: 'Leave',
  no: 'Keep editing',
  danger: true,
};

@customElement('page-chain')
class PageChain extends LitElement {
  static override styles = [
    base,
    css`
      :host { display: flex; flex-direction: column; min-height: calc(100dvh - var(--space-5) - var(--space-6)); }
      load-state { flex: 1; }
      .columns { display: grid; grid-template-columns: minmax(0, 1.5fr) minmax(0, 1fr); gap: var(--space-4); align-items: start; }
      @media (max-width: 72rem) { .columns { grid-template-columns: minmax(0, 1fr); } }
      .add { justify-self: start; }
    `,
  ];
  @state() private adding = false;
  readonly #editing = new ChainEditing(this);
  readonly #preview = new Preview(this);
  readonly #chains = new Resource<Chains>(this, async (signal) => {
    const chains = await loadChains(signal);
    if (!signal.aborted) this.#look(chains);
    return chains;
  });
  #begins = false;

  constructor() {
    super();
    new UnloadGuard(this, () => this.#editing.changed);
    new LiveController(this, (event) => {
      if (event === undefined) return;
      this.#preview.refresh();
      if (event.type === 'status') void this.#chains.reload();
    });
  }

  /** By the router. */
  onBeforeEnter({
    params,
    search,
  }: {
    readonly params: Readonly<Record<string, string>>;
    readonly search: string;
  }): void {
    this.#editing.name = params.name ?? '';
    this.#begins = new URLSearchParams(search).has('new');
  }

  /** By the router. */
  async onBeforeLeave(_: unknown, commands: { prevent(): unknown }): Promise<unknown> {
    return !this.#editing.changed || (await confirm(LEAVE)) ? undefined : commands.prevent();
  }

  override willUpdate(): void {
    const { draft, isNew, name } = this.#editing;
    const { value } = this.#chains;
    if (draft === undefined || value === undefined) return;
    const targets = draft.targets.filter(({ target }) => problemOfTarget(target, value.providers) === '');
    this.#preview.show(isNew ? undefined : name, targets, draft.settings);
  }

  override render() {
    const { name, draft } = this.#editing;
    const { value } = this.#chains;
    const isDefault = value?.defaultChain === name;
    return html`
      <page-header heading=${name}>
        <a href="/admin/chains">All chains</a>${isDefault ? ' · This is the default chain. It answers requests for unknown models.' : nothing}
        ${isDefault || this.#editing.isNew ? nothing : html`<button slot="actions" @click=${this.#makeDefault}>Make default</button>`}
      </page-header>
      <load-state .of=${this.#chains}>${value === undefined ? nothing : draft === undefined ? this.#nothing() : this.#content(draft, value)}</load-state>
      ${value === undefined || draft === undefined ? nothing : this.#bar(value.writable.ok)}`;
  }

  #nothing() {
    return html`<empty-state icon="chain" heading="There is no chain “${this.#editing.name}”" text="It may have been renamed or removed.">
      <a class="button primary" href="/admin/chains">All chains</a>
      <button @click=${() => this.#editing.begin()}>Add it</button>
    </empty-state>`;
  }

  #content(draft: ChainDraft, { providers, writable, chains }: Chains) {
    const taken = chains.map(({ name }) => name).filter((name) => name !== this.#editing.name);
    return html`
      <div class="stack">
        <writable-note .writable=${writable}></writable-note>
        <div class="columns">
          <section class="card stack" aria-labelledby="targets">
            <h2 id="targets">Targets</h2>
            <chain-outlook .explanation=${this.#preview.explanation} .error=${this.#preview.error} ?empty=${draft.targets.length === 0}></chain-outlook>
            ${this.#targets(draft, providers)}
            <button class="add" @click=${this.#add}><ui-icon name="plus"></ui-icon>Add targets</button>
          </section>
          <section class="card stack" aria-labelledby="settings">
            <h2 id="settings">Settings</h2>
            <div class="field"><label class="label" for="name">Name</label>
              <input id="name" name="name" required pattern=${NAME_OF_CHAIN} autocomplete="off" spellcheck="false" aria-describedby="about-name" .value=${draft.name} @input=${(event: InputEvent) => this.#rename(event.target as HTMLInputElement, taken)} />
              <span class="hint" id="about-name">Requests name the chain as their model.</span>
            </div>
            <chain-settings .settings=${draft.settings} @change=${({ detail: settings }: CustomEvent<ChainSettingsView>) => this.#editing.change({ settings })}></chain-settings>
          </section>
        </div>
      </div>
      ${this.adding ? html`<targets-dialog .providers=${providers} .chosen=${new Set(draft.targets.map(({ target }) => target))} @add=${({ detail }: CustomEvent<string>) => this.#editing.add(detail)} @take-out=${({ detail }: CustomEvent<string>) => this.#editing.takeOut(detail)} @close=${() => (this.adding = false)}></targets-dialog>` : nothing}`;
  }

  #targets({ targets, settings }: ChainDraft, providers: readonly ProviderView[]) {
    return html`<chain-targets
      .targets=${targets}
      .timeouts=${settings.timeouts ?? {}}
      .providers=${providers}
      .states=${live.status?.targets ?? []}
      .explained=${(key: number) => this.#preview.of(key)}
      @change=${({ detail }: CustomEvent<readonly DraftTarget[]>) => this.#editing.setTargets(detail)}
      @emptied=${() => this.renderRoot.querySelector<HTMLElement>('.add')?.focus()}
    ></chain-targets>`;
  }

  #add = (): void => {
    this.adding = true;
    onDemand(() => import('../components/chains/targets-dialog.js'));
  };

  #bar(isWritable: boolean) {
    const { changed, problem, saving } = this.#editing;
    if (!changed && problem === undefined && !saving) return nothing;
    const theirs = problem instanceof ConflictError ? (problem.current.value as ChainAsWritten | undefined) : undefined;
    return html`<save-bar action=${isWritable ? 'Save' : 'Show the change'} ?saving=${saving} ?conflict=${problem instanceof ConflictError} @save=${this.#save} @discard=${this.#discard}>
      <save-problem .error=${problem} @theirs=${this.#takeTheirs} @mine=${this.#keepMine}></save-problem>
      ${theirs === undefined ? nothing : html`<p class="small muted">Theirs: ${theirs.targets.map(({ target }) => target).join(' → ')}</p>`}
    </save-bar>`;
  }

  #look(chains: Chains): void {
    const { name } = this.#editing;
    if (this.#editing.look(chains)) toast({ text: `${name} was changed elsewhere. This is how it is now.` });
    if (this.#begins && this.#editing.draft === undefined) this.#editing.begin();
    this.#begins = false;
  }

  #rename(input: HTMLInputElement, taken: readonly string[]): void {
    const name = input.value.trim();
    input.setCustomValidity(taken.includes(name) ? `There is a chain “${name}” already.` : '');
    this.#editing.change({ name });
  }

  #save = async (): Promise<void> => {
    if (this.#editing.targets.length === 0) {
      this.#editing.problem = new Error('A chain needs a target. Add one, or remove the chain.');
      this.requestUpdate();
      return;
    }
    if (this.#isValid()) this.#saved(await this.#editing.save());
  };

  #keepMine = async (): Promise<void> => {
    if (this.#isValid()) this.#saved(await this.#editing.keepMine());
  };

  #saved(done: boolean): void {
    if (!done) return;
    const { name } = this.#editing;
    // The same page at its new address.
    history.replaceState(history.state, '', `/admin/chains/${encodeURIComponent(name)}`);
    toast({ text: `${name} is saved and in effect.` });
    void this.#chains.reload();
  }

  #discard = (): void => {
    this.#offerBack('Your changes are discarded.', this.#editing.discard());
  };

  #takeTheirs = (): void => {
    this.#offerBack('This is the other version.', this.#editing.discard());
  };

  /** Offers to restore the draft. */
  #offerBack(text: string, draft: ChainDraft | undefined): void {
    toast({ text, action: { label: 'Bring mine back', run: () => this.#editing.restore(draft) } });
  }

  #makeDefault = async (): Promise<void> => {
    const { name } = this.#editing;
    const { value } = this.#chains;
    if (value === undefined) return;
    try {
      await makeDefault(name, value);
      toast({ text: `${name} is the default chain now. It answers requests for unknown models.` });
    } catch (error) {
      this.#editing.problem = changedElsewhere(error, 'The default chain');
    }
    await this.#chains.reload();
  };

  #isValid(): boolean {
    return reportValidity(this.renderRoot);
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'page-chain': PageChain;
  }
}
