import { css, html, LitElement } from 'lit';
import { customElement, state } from 'lit/decorators.js';
import { repeat } from 'lit/directives/repeat.js';
import { base } from '../../styles/base.js';
import './ui-icon.js';

export interface Toast {
  readonly text: string;
  readonly kind?: 'good' | 'bad';
  /** An action, such as Undo. */
  readonly action?: { readonly label: string; readonly run: () => void | Promise<void> };
}

const STAYS_MS = 6_000;
const STAYS_WITH_ACTION_MS = 12_000;

let host: ToastHost | undefined;

/** Shows a message at the edge of the page for a while. Errors stay until they are closed. */
export const toast = (message: Toast): void => host?.show(message);

/** Shows an error. */
export const toastError = (error: unknown): void => toast({ text: (error as Error).message, kind: 'bad' });

/** Shows the toasts. The shell has one. */
@customElement('toast-host')
export class ToastHost extends LitElement {
  static override styles = [
    base,
    css`
      :host { position: fixed; inset: auto 0 calc(var(--space-4) + var(--toast-lift, 0rem)) 0; display: grid; justify-items: center; gap: var(--space-2); pointer-events: none; z-index: 30; padding: 0 var(--space-3); }
      div { pointer-events: auto; max-width: 40rem; display: flex; align-items: center; gap: var(--space-3); background: var(--raised); border: 1px solid var(--line-strong); border-radius: var(--radius); box-shadow: var(--shadow); padding: var(--space-2) var(--space-3); }
      .bad { border-color: var(--bad); color: var(--text); }
      .bad ui-icon { color: var(--bad); }
      .good ui-icon { color: var(--good); }
      span { overflow-wrap: anywhere; }
    `,
  ];
  @state() private shown: readonly (Toast & { readonly id: number })[] = [];
  #last = 0;

  override connectedCallback(): void {
    super.connectedCallback();
    this.setAttribute('role', 'status');
    this.setAttribute('aria-live', 'polite');
    host = this;
  }

  show(message: Toast): void {
    const id = ++this.#last;
    this.shown = [...this.shown, { ...message, id }].slice(-3);
    if (message.kind === 'bad') return;
    setTimeout(() => this.#close(id), message.action === undefined ? STAYS_MS : STAYS_WITH_ACTION_MS);
  }

  override render() {
    return repeat(
      this.shown,
      ({ id }) => id,
      ({ id, text, kind = 'good', action }) => html`<div class=${kind}>
        <ui-icon name=${kind === 'bad' ? 'warning' : 'check'}></ui-icon>
        <span class="grow">${text}</span>
        ${action === undefined ? '' : html`<button @click=${() => this.#act(id, action)}>${action.label}</button>`}
        <button class="quiet icon" aria-label="Close this message" @click=${() => this.#close(id)}><ui-icon name="close"></ui-icon></button>
      </div>`,
    );
  }

  #act(id: number, action: NonNullable<Toast['action']>): void {
    this.#close(id);
    void Promise.resolve(action.run()).catch(toastError);
  }

  #close(id: number): void {
    this.shown = this.shown.filter((each) => each.id !== id);
  }
}
