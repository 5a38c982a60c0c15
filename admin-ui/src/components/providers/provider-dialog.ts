import { css, html, LitElement, nothing } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import type { ProviderTypeView, ProviderView } from '../../../../src/contract/admin-configuration.js';
import type { ProviderTrial } from '../../../../src/contract/models.js';
import { draftOf, newDraft, type ProviderDraft, toTry } from '../../data/providers/provider-draft.js';
import { asWritten, type ProviderAsWritten, type Providers, saveProvider } from '../../data/providers/providers.js';
import { call } from '../../data/server/client.js';
import { ConflictError, type Held } from '../../data/server/saving.js';
import { base } from '../../styles/base.js';
import { confirm } from '../dialogs/confirm-dialog.js';
import type { UiDialog } from '../dialogs/ui-dialog.js';
import type { ProviderForm } from './provider-form.js';
import './model-list.js';
import './provider-form.js';
import '../saving/save-problem.js';
import './trial-result.js';
import './type-cards.js';
import '../dialogs/ui-dialog.js';

/** Adds or edits a provider. Fires `saved` (detail: its id), and `close`, on which its owner removes it. */
@customElement('provider-dialog')
export class ProviderDialog extends LitElement {
  static override styles = [base, css`model-list { --model-list-height: 14rem; }`];
  @property({ attribute: false }) providers: Providers = { revision: '', providers: [], types: [] };
  /** The provider to edit; absent for a new one. */
  @property({ attribute: false }) provider: ProviderView | undefined;
  /** The type of a new provider, if it is chosen already. */
  @property({ attribute: false }) type: ProviderTypeView | undefined;
  @state() private draft: ProviderDraft | undefined;
  @state() private trial: ProviderTrial | undefined;
  @state() private trying = false;
  @state() private saving = false;
  @state() private problem: unknown;
  /** The version that the draft started from. */
  #from: Held<ProviderAsWritten> = { revision: '', value: undefined };
  #changed = false;

  /** The page may have set the properties before the script of this element was loaded: they are there at the first update. */
  override willUpdate(): void {
    if (this.hasUpdated) return;
    const { provider } = this;
    const { revision } = this.providers;
    this.#from = { revision, value: provider === undefined ? undefined : asWritten(provider) };
    if (provider !== undefined) this.draft = draftOf(provider);
    else if (this.type !== undefined) void this.#begin(this.type);
  }

  override render() {
    const heading = this.provider === undefined ? 'Add a provider' : `Edit ${this.provider.id}`;
    return html`<ui-dialog .heading=${heading} .wide=${this.draft === undefined} @close=${this.#closed}>
      <button slot="actions" @click=${() => this.renderRoot.querySelector<UiDialog>('ui-dialog')?.close()}>Cancel</button>
      ${this.draft === undefined ? html`<type-cards .types=${this.providers.types} @choose=${this.#choose}></type-cards>` : this.#form(this.draft)}
    </ui-dialog>`;
  }

  #form(draft: ProviderDraft) {
    const taken = this.provider === undefined ? this.providers.providers.map(({ id }) => id) : [];
    const models = this.trial?.models ?? [];
    return html`<div class="stack">
        <provider-form .draft=${draft} .types=${this.providers.types} .saved=${this.provider} .taken=${taken} @change=${this.#change}></provider-form>
        <trial-result .trial=${this.trial} .trying=${this.trying}></trial-result>
        ${models.length === 0 ? nothing : html`<model-list .models=${models}></model-list>`}
        <save-problem .error=${this.problem} @theirs=${this.#takeTheirs} @mine=${this.#keepMine}></save-problem>
      </div>
      <button slot="actions" ?disabled=${this.trying} @click=${this.#try}>Test</button>
      <button slot="actions" class="primary" ?disabled=${this.saving || this.problem instanceof ConflictError} @click=${this.#save}>${this.provider === undefined ? 'Add' : 'Save'}</button>`;
  }

  #choose = ({ detail }: CustomEvent<ProviderTypeView>): Promise<void> => this.#begin(detail);

  async #begin(type: ProviderTypeView): Promise<void> {
    const taken = this.providers.providers.map(({ id }) => id);
    this.draft = newDraft(type, taken);
    await this.updateComplete;
    this.renderRoot.querySelector('provider-form')?.focus();
  }

  #change = ({ detail }: CustomEvent<ProviderDraft>): void => {
    this.draft = detail;
    this.#changed = true;
    this.trial = undefined;
  };

  #try = async (): Promise<void> => {
    const { draft } = this;
    if (draft === undefined || !this.#isValid()) return;
    this.trying = true;
    this.problem = undefined;
    try {
      const trial = await call('POST /providers/try', { body: toTry(draft, this.provider !== undefined) });
      // The result does not apply to a draft that changed in the meantime.
      if (this.draft === draft) this.trial = trial;
    } catch (error) {
      if (this.draft === draft) this.problem = error;
    }
    this.trying = false;
  };

  #save = async (): Promise<void> => {
    const { draft } = this;
    if (draft === undefined || !this.#isValid()) return;
    this.saving = true;
    this.problem = undefined;
    try {
      await saveProvider(draft.id, this.#from, draft.written);
      this.#changed = false;
      // Its owner removes it: until then, a second click must not save again.
      this.dispatchEvent(new CustomEvent('saved', { detail: draft.id }));
    } catch (error) {
      this.problem = error;
      this.saving = false;
    }
  };

  #takeTheirs = (): void => {
    const { problem, provider } = this;
    if (!(problem instanceof ConflictError)) return;
    this.#from = problem.current as Held<ProviderAsWritten>;
    this.#changed = false;
    this.problem = undefined;
    const { value } = this.#from;
    if (value === undefined || provider === undefined) {
      this.#drop();
      return;
    }
    this.provider = { ...provider, ...value } as ProviderView;
    this.draft = draftOf(this.provider);
  };

  #keepMine = (): void => {
    if (this.problem instanceof ConflictError) this.#from = this.problem.current as Held<ProviderAsWritten>;
    void this.#save();
  };

  #closed = async (): Promise<void> => {
    const leave =
      !this.#changed ||
      (await confirm({
        heading: 'Leave without saving?',
        text: 'What you changed is lost then.',
        yes: 'Leave',
        no: 'Keep editing',
        danger: true,
      }));
    if (leave) this.#drop();
    else this.renderRoot.querySelector<UiDialog>('ui-dialog')?.open();
  };

  #drop(): void {
    this.dispatchEvent(new CustomEvent('close'));
  }

  #isValid(): boolean {
    return this.renderRoot.querySelector<ProviderForm>('provider-form')?.reportValidity() ?? false;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'provider-dialog': ProviderDialog;
  }
}
