import { Router } from '@vaadin/router';
import { css, html, LitElement, nothing } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import type { PluginsReply, PluginView, PluginWritten } from '../../../../src/contract/admin-configuration.js';
import { counted } from '../../data/format.js';
import { call } from '../../data/server/client.js';
import { ConflictError } from '../../data/server/saving.js';
import {
  idOf,
  isSwitchable,
  lossOf,
  problemsOfOptions,
  savePlugin,
  takesOptions,
} from '../../data/settings/plugins.js';
import { base } from '../../styles/base.js';
import { localTime } from '../common/local-time.js';
import '../saving/save-problem.js';
import '../forms/schema-form.js';
import { toast } from '../common/toast-host.js';
import { confirm } from '../dialogs/confirm-dialog.js';
import type { SchemaForm } from '../forms/schema-form.js';
import '../common/ui-icon.js';

const GIVEN_BY = { option: 'given by --plugins', program: 'given by the program that runs 429chain' } as const;

/** A plugin: what it adds, its errors, its options. Fires `saved` after a change. */
@customElement('plugin-card')
export class PluginCard extends LitElement {
  static override styles = [
    base,
    css`
      article { display: grid; gap: var(--space-2); padding: var(--space-3) var(--space-4); }
      header { display: flex; align-items: baseline; gap: var(--space-2); flex-wrap: wrap; }
      h3 { overflow-wrap: anywhere; }
      .mark { font-size: var(--text-s); padding: 0 0.375rem; border: 1px solid var(--line); border-radius: 1rem; color: var(--muted); white-space: nowrap; }
      .mark.on { color: var(--good); border-color: currentcolor; }
      .off h3, .off .adds, .off .does { color: var(--muted); }
      .path { overflow-wrap: anywhere; }
      .errors { border-left: 3px solid var(--bad); background: var(--bad-soft); padding: var(--space-1) var(--space-3); border-radius: 0 var(--radius-s) var(--radius-s) 0; overflow-wrap: anywhere; }
      .errors q { font-family: var(--mono); font-size: var(--text-s); quotes: none; }
      summary { cursor: pointer; font-weight: 550; }
      form { max-width: 40rem; margin-top: var(--space-3); }
    `,
  ];
  @property({ attribute: false }) reply!: PluginsReply;
  @property({ attribute: false }) plugin!: PluginView;
  /** The unsaved options; absent without changes. */
  @state() private draft: PluginView['options'] | undefined;
  @state() private problem: unknown;
  @state() private saving = false;

  override render() {
    const { plugin } = this;
    const { name, description, builtIn, enabled, use, givenBy, adds, errors } = plugin;
    return html`<article class="card ${enabled ? '' : 'off'}" aria-label=${name}>
      <header>
        <h3>${name}</h3>
        <span class="mark ${enabled ? 'on' : ''}">${enabled ? 'on' : 'off'}</span>
        <span class="mark">${builtIn ? 'built in' : 'yours'}</span>
        ${builtIn ? nothing : html`<code class="path small muted">${use ?? GIVEN_BY[givenBy ?? 'option']}</code>`}
        <span class="grow"></span>
        ${isSwitchable(plugin) ? html`<button ?disabled=${this.saving} @click=${this.#toggle}>${enabled ? 'Disable' : 'Enable'}<span class="visually-hidden"> ${name}</span></button>` : nothing}
      </header>
      ${description === undefined ? nothing : html`<p class="does">${description}</p>`}
      <p class="adds ${description === undefined ? '' : 'small muted'}">${adds.length === 0 ? html`<span class="muted">${enabled ? 'Adds no provider type, hook or route.' : 'Adds nothing while it is off.'}</span>` : `Adds ${inWords(adds)}.`}</p>
      ${errors === 0 ? nothing : this.#errors()}
      ${this.#options()}
      <save-problem .error=${this.#unplaced()} @theirs=${this.#discard} @mine=${this.#saveMine}></save-problem>
    </article>`;
  }

  #errors() {
    const { errors, lastError } = this.plugin;
    return html`<p class="errors"><b class="number">${counted(errors, 'error')}</b> that kept no request from its answer.
      ${lastError === undefined ? nothing : html`The last one, in ${lastError.where}, at ${localTime(lastError.at)}: <q>${lastError.message}</q>`}</p>`;
  }

  #options() {
    const { plugin, draft } = this;
    if (!takesOptions(plugin)) return nothing;
    const problems = problemsOfOptions(this.problem);
    return html`<details ?open=${draft !== undefined || Object.keys(plugin.options).length > 0}>
      <summary>Options</summary>
      <form class="stack" @submit=${this.#submit}>
        ${plugin.givenBy === undefined ? nothing : html`<p class="hint">What you save is written under <code>plugins</code> in the configuration, and holds there too.</p>`}
        <schema-form .schema=${plugin.optionsSchema} .value=${draft ?? plugin.options} .problems=${problems} @change=${(event: CustomEvent) => (this.draft = event.detail)}></schema-form>
        <div class="row">
          <button class="primary" ?disabled=${draft === undefined || this.saving}>Save options</button>
          ${draft === undefined ? nothing : html`<button type="button" @click=${this.#discard}>Discard</button>`}
        </div>
      </form>
    </details>`;
  }

  /** The problem that is not shown at a field. */
  #unplaced(): unknown {
    return Object.keys(problemsOfOptions(this.problem)).length > 0 ? undefined : this.problem;
  }

  #submit = (event: SubmitEvent): void => {
    event.preventDefault();
    const { draft } = this;
    const isValid = this.renderRoot.querySelector<SchemaForm>('schema-form')?.reportValidity() ?? true;
    if (draft !== undefined && isValid) void this.#save({ options: draft }, this.reply);
  };

  #toggle = async (): Promise<void> => {
    const { name, enabled } = this.plugin;
    if (enabled && !(await this.#mayDisable())) return;
    // The card may have been removed by then.
    const run = async (): Promise<void> => {
      await savePlugin(await call('GET /plugins'), idOf(this.plugin), { enabled });
    };
    const text = enabled ? `${name} is off.` : `${name} is on.`;
    await this.#save({ enabled: !enabled }, this.reply, { text, action: { label: 'Undo', run } });
  };

  /** Asks first if something needs the plugin. */
  async #mayDisable(): Promise<boolean> {
    const { name } = this.plugin;
    const { providers: all } = await call('GET /providers').catch(() => ({ providers: [] }));
    const { providers, consequences } = lossOf(this.plugin, all);
    if (providers.length > 0) {
      const use = `${counted(providers.length, 'provider uses', 'providers use')} it: ${providers.join(', ')}.`;
      const text = `${use} Remove ${providers.length === 1 ? 'it' : 'them'} before you disable the plugin.`;
      if (await confirm({ heading: `${name} is needed`, text, yes: 'Open Providers' })) Router.go('/admin/providers');
      return false;
    }
    if (consequences.length === 0) return true;
    return confirm({ heading: `Disable ${name}?`, text: consequences.join(' '), yes: 'Disable', danger: true });
  }

  #discard = (): void => {
    this.draft = undefined;
    this.problem = undefined;
    this.dispatchEvent(new CustomEvent('saved'));
  };

  #saveMine = (): void => {
    if (!(this.problem instanceof ConflictError) || this.draft === undefined) return;
    void this.#save({ options: this.draft }, { ...this.reply, revision: this.problem.current.revision });
  };

  async #save(
    written: PluginWritten,
    from: PluginsReply,
    done: Parameters<typeof toast>[0] = { text: `${this.plugin.name} has its new options.` },
  ) {
    this.problem = undefined;
    this.saving = true;
    try {
      await savePlugin(from, idOf(this.plugin), written);
      if (written.options !== undefined) this.draft = undefined;
      this.dispatchEvent(new CustomEvent('saved'));
      toast(done);
    } catch (error) {
      this.problem = error;
    }
    this.saving = false;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'plugin-card': PluginCard;
  }
}

const KINDS = ['provider type', 'protocol', 'hook', 'route'];

/** What a plugin adds, with things of one kind together: `provider types groq, gemini; hook onError`. */
const inWords = (adds: readonly string[]): string => {
  const kindOf = (each: string): string => KINDS.find((kind) => each.startsWith(`${kind} `)) ?? each;
  const groups = [...new Set(adds.map(kindOf))].map((kind) => {
    const [first = '', ...rest] = adds.filter((each) => kindOf(each) === kind);
    const names = [first, ...rest].map((each) => each.slice(kind.length + 1));
    return rest.length === 0 ? first : `${kind}s ${names.join(', ')}`;
  });
  return groups.join(groups.length < adds.length ? '; ' : ', ');
};
