import { css, html, LitElement, nothing } from 'lit';
import { customElement, state } from 'lit/decorators.js';
import type { ApiKeyView, KeysReply } from '../../../../src/contract/admin-configuration.js';
import { call } from '../../data/server/client.js';
import { LiveController } from '../../data/server/feed.js';
import { Resource } from '../../data/server/resource.js';
import { makeKey, relabelKey, revealKey, revokeKey } from '../../data/settings/keys.js';
import { base } from '../../styles/base.js';
import { confirm } from '../dialogs/confirm-dialog.js';
import '../common/copy-button.js';
import '../common/load-state.js';
import '../dialogs/name-dialog.js';
import '../saving/save-problem.js';
import { toast } from '../common/toast-host.js';
import '../dialogs/ui-dialog.js';
import '../common/ui-icon.js';

type Window =
  | { readonly kind: 'new' }
  | { readonly kind: 'relabel'; readonly label: string }
  | { readonly kind: 'made'; readonly label: string };

/** Creates, renames and revokes client keys. Keys are masked, except on the clipboard. */
@customElement('key-list')
export class KeyList extends LitElement {
  static override styles = [
    base,
    css`
      td { vertical-align: middle; }
      td:first-child { overflow-wrap: anywhere; font-weight: 550; }
      .actions { display: flex; gap: var(--space-1); justify-content: flex-end; flex-wrap: wrap; }
      .scroll { overflow-x: auto; padding: 0 var(--space-2); }
      tr:last-child td { border-bottom: 0; }
      @media (max-width: 40rem) { table, tbody, tr, td { display: block; } thead { display: none; } td { border: 0; padding: var(--space-1) 0; } tr + tr { border-top: 1px solid var(--line); } .actions { justify-content: flex-start; } }
    `,
  ];
  @state() private window: Window | undefined;
  @state() private problem: unknown;
  readonly #keys = new Resource<KeysReply>(this, (signal) => call('GET /keys', { signal }));

  constructor() {
    super();
    new LiveController(this, (event) => {
      if (event?.type === 'status') void this.#keys.reload();
    });
  }

  override render() {
    const { value } = this.#keys;
    return html`<load-state .of=${this.#keys}>${value === undefined ? nothing : this.#content(value)}</load-state>`;
  }

  #content({ keys }: KeysReply) {
    return html`<div class="stack">
      <div class="row between">
        <p class="muted">Programs send one of these client keys. Give each program its own key: the log then names it, and you can revoke it alone.</p>
        <button class="primary" @click=${() => (this.window = { kind: 'new' })}><ui-icon name="plus"></ui-icon>New key</button>
      </div>
      <save-problem .error=${this.problem} @theirs=${() => (this.problem = undefined)} @mine=${() => (this.problem = undefined)}></save-problem>
      ${keys.length === 0 ? html`<p class="muted">There is no client key: anyone who can reach this address can use 429chain.</p>` : this.#table(keys)}
    </div>
    ${this.#open(keys)}`;
  }

  #table(keys: readonly ApiKeyView[]) {
    return html`<div class="card scroll"><table>
      <thead><tr><th scope="col">Label</th><th scope="col">Key</th><th scope="col">Kept in</th><th scope="col"><span class="visually-hidden">Actions</span></th></tr></thead>
      <tbody>${keys.map((key) => this.#row(key, keys.length))}</tbody>
    </table></div>`;
  }

  #row({ label, masked, own, variable }: ApiKeyView, count: number) {
    const kept = own
      ? 'the data folder: it was made at the first start, since the configuration names none'
      : variable === undefined
        ? 'the configuration itself'
        : html`<code>${variable}</code>`;
    return html`<tr>
      <td>${label}</td>
      <td><code>${masked}</code></td>
      <td class="small muted">${kept}</td>
      <td><div class="actions">
        <copy-button of=${label} quiet .load=${() => revealKey(label)}></copy-button>
        ${
          own
            ? nothing
            : html`<button class="quiet" aria-label="Rename ${label}" @click=${() => (this.window = { kind: 'relabel', label })}>Rename</button>
          <button class="quiet" aria-label="Revoke ${label}" ?disabled=${count === 1} title=${count === 1 ? 'It is the only one. Make another first.' : ''} @click=${() => this.#revoke(label)}>Revoke</button>`
        }
      </div></td>
    </tr>`;
  }

  #open(keys: readonly ApiKeyView[]) {
    const { window } = this;
    const close = () => (this.window = undefined);
    const taken = keys.map(({ label }) => label);
    switch (window?.kind) {
      case 'new':
        return html`<name-dialog heading="New key" yes="Make the key" hint="Such as the program that uses it." pattern=".*\\S.*" .taken=${taken} @named=${(event: CustomEvent<string>) => this.#make(event.detail)} @close=${close}></name-dialog>`;
      case 'relabel':
        return html`<name-dialog heading="Rename ${window.label}" yes="Rename" hint="The key itself stays as it is." value=${window.label} pattern=".*\\S.*" .taken=${taken.filter((label) => label !== window.label)} @named=${(event: CustomEvent<string>) => this.#relabel(window.label, event.detail)} @close=${close}></name-dialog>`;
      case 'made':
        return html`<ui-dialog heading="“${window.label}” is made" @close=${close}>
          <div class="stack"><p>It works at once. Copy it into the program that uses it; it can be copied here later, too.</p>
          <p><code>${keys.find(({ label }) => label === window.label)?.masked}</code></p></div>
          <copy-button slot="actions" label="Copy the key" .load=${() => revealKey(window.label)}></copy-button>
          <button slot="actions" class="primary" @click=${close}>Done</button>
        </ui-dialog>`;
      default:
        return nothing;
    }
  }

  async #make(given: string): Promise<void> {
    this.window = undefined;
    const made = await this.#attempt((from) => makeKey(from, given));
    if (made !== undefined) this.window = { kind: 'made', label: made.label };
  }

  async #relabel(label: string, to: string): Promise<void> {
    this.window = undefined;
    if (label === to) return;
    if ((await this.#attempt((from) => relabelKey(from, label, to))) !== undefined)
      toast({ text: `${label} is called ${to}.` });
  }

  async #revoke(label: string): Promise<void> {
    const text = 'Programs that use it are refused from then on. It cannot be brought back.';
    if (!(await confirm({ heading: `Revoke “${label}”?`, text, yes: 'Revoke', danger: true }))) return;
    if ((await this.#attempt((from) => revokeKey(from, label))) !== undefined) toast({ text: `${label} is revoked.` });
  }

  /** Makes a change and reloads the keys. @returns `undefined` if the change failed */
  async #attempt<T>(change: (from: KeysReply) => Promise<T>): Promise<T | undefined> {
    this.problem = undefined;
    try {
      return await change(this.#keys.value as KeysReply);
    } catch (error) {
      this.problem = error;
      return undefined;
    } finally {
      await this.#keys.reload();
    }
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'key-list': KeyList;
  }
}
