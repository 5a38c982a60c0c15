import { css, html, LitElement, nothing } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import type { TryReply } from '../../../../src/contract/models.js';
import { type FirstChain, loadFirstChain, saveFirstChain, withFirst } from '../../data/chains/first-chain.js';
import { type ListedModel, targetOf } from '../../data/providers/models.js';
import type { Providers } from '../../data/providers/providers.js';
import { call } from '../../data/server/client.js';
import { Resource } from '../../data/server/resource.js';
import { ConflictError } from '../../data/server/saving.js';
import { base } from '../../styles/base.js';
import '../common/load-state.js';
import '../providers/model-list.js';
import '../saving/save-problem.js';
import './target-order.js';
import '../providers/trial-result.js';

interface Loaded {
  readonly chain: FirstChain;
  readonly trial: TryReply;
}

/** Fills the default chain. Fires `chosen` (detail: the targets) at each change, and `saved` (detail: the chain's name). */
@customElement('welcome-models')
export class WelcomeModels extends LitElement {
  static override styles = [
    base,
    css`
      .columns { display: grid; grid-template-columns: minmax(0, 1.6fr) minmax(0, 1fr); gap: var(--space-4); align-items: start; }
      @media (max-width: 64rem) { .columns { grid-template-columns: minmax(0, 1fr); } }
      form { display: flex; gap: var(--space-2); align-items: end; }
      .add { justify-self: start; }
    `,
  ];
  @property() provider = '';
  /** The result of its test, which replaces a request for its models. */
  @property({ attribute: false }) trial: TryReply | undefined;
  @property({ attribute: false }) providers: Providers = { revision: '', providers: [], types: [] };
  /** The targets in their order; absent for those of the saved chain. */
  @property({ attribute: false }) chosen: readonly string[] | undefined;
  @state() private saving = false;
  @state() private problem: unknown;
  readonly #loaded = new Resource<Loaded>(this, async (signal) => {
    const params = { id: this.provider };
    const [chain, trial] = await Promise.all([
      loadFirstChain(),
      this.trial ?? call('GET /providers/:id/models', { params, signal }),
    ]);
    return { chain, trial };
  });

  override render() {
    const { value } = this.#loaded;
    return html`<load-state .of=${this.#loaded}>${value === undefined ? nothing : this.#content(value)}</load-state>`;
  }

  #content({ chain, trial }: Loaded) {
    const targets = this.#targets({ chain, trial });
    const models = trial.models.map((model): ListedModel => ({ ...model, provider: this.provider }));
    return html`<div class="columns">
      <section class="card stack" aria-label="Models of ${this.provider}">
        <trial-result .trial=${trial}></trial-result>
        ${models.length === 0 ? this.#typed() : html`<model-list .models=${models} action="Add" .chosen=${new Set(targets)} @choose=${(event: CustomEvent<ListedModel>) => this.#toggle(targetOf(event.detail))}></model-list>`}
      </section>
      <section class="card stack" aria-label="Chain ${chain.name}">
        <div><h2>Chain “${chain.name}”</h2><p class="muted">Requests go to the first target. When its limit is reached, the next one answers.</p></div>
        ${targets.length === 0 ? html`<p>No model yet: add one or more.</p>` : html`<target-order .targets=${targets} @change=${(event: CustomEvent) => this.#choose(event.detail)}></target-order>`}
        <save-problem .error=${this.problem} @theirs=${this.#takeTheirs} @mine=${this.#keepMine}></save-problem>
        <div class="row">
          <button class="primary" ?disabled=${targets.length === 0 || this.saving} @click=${this.#save}>Save the chain</button>
          <a class="button" href="/admin/welcome?step=type">Add another provider</a>
        </div>
      </section>
    </div>`;
  }

  #typed() {
    return html`<form @submit=${this.#add}>
      <label class="field grow"><span>Model</span><input name="model" required autocomplete="off" spellcheck="false" placeholder="llama-3.3-70b" /></label>
      <button>Add</button>
    </form>`;
  }

  /** The chosen targets; before a choice those of the chain, with the models of this provider to begin with. */
  #targets({ chain: { held }, trial }: Loaded): readonly string[] {
    if (this.chosen !== undefined) return this.chosen;
    const before = held.value?.targets.map(({ target }) => target) ?? [];
    if (before.some((target) => target.startsWith(`${this.provider}/`))) return before;
    const first = trial.first.map((model) => `${this.provider}/${model}`);
    return withFirst(before, first, this.providers);
  }

  #add = (event: SubmitEvent): void => {
    event.preventDefault();
    const input = this.renderRoot.querySelector('input[name=model]') as HTMLInputElement;
    this.#toggle(`${this.provider}/${input.value.trim()}`);
    input.value = '';
  };

  #toggle(target: string): void {
    const { value } = this.#loaded;
    const targets = value === undefined ? [] : this.#targets(value);
    this.#choose(targets.includes(target) ? targets.filter((each) => each !== target) : [...targets, target]);
  }

  #choose(targets: readonly string[]): void {
    this.chosen = targets;
    this.dispatchEvent(new CustomEvent('chosen', { detail: targets }));
  }

  #save = async (): Promise<void> => {
    const { value } = this.#loaded;
    if (value === undefined) return;
    this.saving = true;
    this.problem = undefined;
    try {
      await saveFirstChain(value.chain, this.#targets(value));
      this.dispatchEvent(new CustomEvent('saved', { detail: value.chain.name }));
    } catch (error) {
      this.problem = error;
    }
    this.saving = false;
  };

  #takeTheirs = async (): Promise<void> => {
    this.problem = undefined;
    await this.#loaded.reload();
    const { value } = this.#loaded;
    if (value !== undefined) this.#choose(value.chain.held.value?.targets.map(({ target }) => target) ?? []);
  };

  #keepMine = async (): Promise<void> => {
    if (!(this.problem instanceof ConflictError)) return;
    await this.#loaded.reload();
    await this.#save();
  };
}

declare global {
  interface HTMLElementTagNameMap {
    'welcome-models': WelcomeModels;
  }
}
