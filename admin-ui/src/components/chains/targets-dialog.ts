import { css, html, LitElement, nothing } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import type { ProviderView } from '../../../../src/contract/admin-configuration.js';
import { problemOfTarget } from '../../data/chains/chain-draft.js';
import { type ListedModel, targetOf } from '../../data/providers/models.js';
import { call } from '../../data/server/client.js';
import { base } from '../../styles/base.js';
import '../providers/model-list.js';
import type { UiDialog } from '../dialogs/ui-dialog.js';
import '../dialogs/ui-dialog.js';
import '../common/ui-icon.js';

/** The result of asking a provider for its models. */
interface Asked {
  readonly provider: string;
  readonly models: readonly ListedModel[];
  /** Why the list is empty. */
  readonly problem?: string;
}

/**
 * Chooses models of all usable providers for a chain. Fires `add` and `take-out` (detail: the target), and `close`.
 * Its owner removes it on `close`.
 */
@customElement('targets-dialog')
export class TargetsDialog extends LitElement {
  static override styles = [
    base,
    css`
      /* What is left of the window: only the list scrolls. */
      .models { --model-list-height: clamp(8rem, 100dvh - 22rem - var(--more, 0rem), 40rem); min-height: calc(var(--model-list-height) + 2.75rem); }
      @media (max-width: 40rem) { .models { --model-list-height: clamp(8rem, 100dvh - 31rem - var(--more, 0rem), 40rem); } }
      .failed { --more: 2rem; }
      details ul { max-height: 8rem; overflow: auto; }
      .status { min-height: 1.1rem; }
      .write { display: flex; gap: var(--space-2); }
    `,
  ];
  @property({ attribute: false }) providers: readonly ProviderView[] = [];
  /** The targets of the chain. */
  @property({ attribute: false }) chosen: ReadonlySet<string> = new Set();
  @state() private asked: readonly Asked[] = [];
  @state() private typed = '';
  @state() private problem = '';
  readonly #leaving = new AbortController();

  override firstUpdated(): void {
    for (const { id } of this.#usable()) void this.#ask(id);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#leaving.abort();
  }

  override render() {
    const usable = this.#usable();
    const models = usable
      .flatMap(({ id }) => this.asked.find(({ provider }) => provider === id)?.models ?? [])
      .sort((one, other) => Number(other.free === true) - Number(one.free === true));
    return html`<ui-dialog wide heading="Add targets" @close=${() => this.dispatchEvent(new CustomEvent('close'))}>
      <div class="stack ${this.asked.some(({ problem }) => problem !== undefined) ? 'failed' : ''}">
        <div class=${usable.length === 0 ? '' : 'models'}>${models.length === 0 ? nothing : html`<model-list action="Add" .models=${models} .chosen=${this.chosen} @choose=${this.#choose}></model-list>`}</div>
        ${this.#progress(usable)}
        ${this.#byHand()}
      </div>
      <button slot="actions" class="primary" @click=${() => this.renderRoot.querySelector<UiDialog>('ui-dialog')?.close()}>Done</button>
    </ui-dialog>`;
  }

  #progress(usable: readonly ProviderView[]) {
    const waiting = usable.filter(({ id }) => !this.asked.some(({ provider }) => provider === id)).map(({ id }) => id);
    const failed = this.asked.filter(({ problem }) => problem !== undefined);
    return html`
      <p class="small muted status" role="status">${waiting.length === 0 ? '' : `Asking ${waiting.join(', ')} for models …`}</p>
      ${usable.length === 0 ? html`<p class="muted">No provider can be used yet. <a href="/admin/providers">Look after your providers</a>, or write a target by hand.</p>` : nothing}
      ${
        failed.length < 2
          ? failed.map(
              ({ provider, problem }) => html`<p class="small warn">${provider} lists no models: ${problem}</p>`,
            )
          : html`<details class="small"><summary class="warn">${failed.length} providers list no models</summary><ul tabindex="0">${failed.map(({ provider, problem }) => html`<li>${provider}: ${problem}</li>`)}</ul></details>`
      }`;
  }

  #byHand() {
    const known = this.providers.map(({ id }) => `${id}/`);
    return html`<form @submit=${this.#add}>
      <div class="field">
        <label class="label" for="target">Or write it yourself</label>
        <div class="write"><input id="target" name="target" list="providers" placeholder="provider/model" autocomplete="off" spellcheck="false" aria-invalid=${this.problem !== ''} aria-describedby="problem" .value=${this.typed} @input=${this.#type} /><button><ui-icon name="plus"></ui-icon>Add</button></div>
        <datalist id="providers">${known.map((text) => html`<option value=${text}></option>`)}</datalist>
        <span class="problem" id="problem" role="alert">${this.problem}</span>
      </div>
    </form>`;
  }

  #usable(): readonly ProviderView[] {
    return this.providers.filter(({ state }) => state === 'usable');
  }

  async #ask(provider: string): Promise<void> {
    const { signal } = this.#leaving;
    try {
      const { models, detail, state } = await call('GET /providers/:id/models', { params: { id: provider }, signal });
      const listed = models.map((model) => ({ ...model, provider }));
      const problem = models.length > 0 ? {} : { problem: detail === '' ? `${state}.` : detail };
      this.asked = [...this.asked, { provider, models: listed, ...problem }];
    } catch (error) {
      if (!signal.aborted) this.asked = [...this.asked, { provider, models: [], problem: (error as Error).message }];
    }
  }

  #choose = ({ detail }: CustomEvent<ListedModel>): void => {
    const target = targetOf(detail);
    this.#fire(this.chosen.has(target) ? 'take-out' : 'add', target);
  };

  #type = (event: InputEvent): void => {
    this.typed = (event.target as HTMLInputElement).value;
    this.problem = '';
  };

  #add = (event: Event): void => {
    event.preventDefault();
    const target = this.typed.trim();
    this.problem = this.chosen.has(target)
      ? `${target} is in the chain already.`
      : problemOfTarget(target, this.providers);
    if (this.problem !== '') {
      this.renderRoot.querySelector('input')?.focus();
      return;
    }
    this.typed = '';
    this.#fire('add', target);
  };

  #fire(type: 'add' | 'take-out', target: string): void {
    this.dispatchEvent(new CustomEvent(type, { detail: target }));
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'targets-dialog': TargetsDialog;
  }
}
