import { css, html, LitElement, nothing } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { base } from '../../styles/base.js';
import type { IconName } from './ui-icon.js';
import './ui-icon.js';

export interface Action {
  readonly text: string;
  readonly danger?: boolean;
  readonly disabled?: boolean;
  run(): void;
}

/** Keys that move the focus, with the new index. */
const KEYS: Readonly<Record<string, (index: number, count: number) => number>> = {
  ArrowDown: (index, count) => (index + 1) % count,
  ArrowUp: (index, count) => (index - 1 + count) % count,
  Home: () => 0,
  End: (_, count) => count - 1,
};

/** A button that opens a menu of actions. */
@customElement('action-menu')
export class ActionMenu extends LitElement {
  static override styles = [
    base,
    css`
      :host { display: inline-flex; }
      [role='menu'] { position: fixed; inset: auto; margin: 0; padding: var(--space-1); width: max-content; min-width: 11rem; max-width: min(20rem, 90vw); color: inherit; background: var(--raised); border: 1px solid var(--line-strong); border-radius: var(--radius); box-shadow: var(--shadow); }
      [role='menuitem'] { width: 100%; justify-content: flex-start; border-color: transparent; background: transparent; font-weight: 450; }
      [role='menuitem']:hover, [role='menuitem']:focus-visible { background: var(--sunken); }
      button[role='menuitem'].danger { color: var(--bad); border-color: transparent; }
    `,
  ];
  /** Names the button, such as `More about groq`. */
  @property() label = '';
  @property() icon: IconName = 'more';
  @property({ attribute: false }) actions: readonly Action[] = [];
  @state() private open = false;

  override render() {
    return html`
      <button type="button" class="quiet icon" aria-label=${this.label} aria-haspopup="menu" aria-expanded=${this.open} popovertarget="menu"><ui-icon name=${this.icon}></ui-icon></button>
      <div id="menu" role="menu" aria-label=${this.label} popover @toggle=${this.#toggled} @keydown=${this.#onKey}>
        ${this.open ? this.actions.map((action) => this.#item(action)) : nothing}
      </div>`;
  }

  #item({ text, danger = false, disabled = false, run }: Action) {
    return html`<button type="button" role="menuitem" tabindex="-1" class=${danger ? 'danger' : ''} ?disabled=${disabled} @click=${() => {
      this.#menu.hidePopover();
      run();
    }}>${text}</button>`;
  }

  get #menu(): HTMLElement {
    return this.renderRoot.querySelector('#menu') as HTMLElement;
  }

  get #items(): readonly HTMLElement[] {
    return [...this.renderRoot.querySelectorAll<HTMLElement>('[role=menuitem]:enabled')];
  }

  #toggled = async ({ newState }: ToggleEvent): Promise<void> => {
    this.open = newState === 'open';
    if (!this.open) return;
    await this.updateComplete;
    this.#place();
    this.#items[0]?.focus();
  };

  /** Below the button, or above it if there is more room, and inside the window. */
  #place(): void {
    const menu = this.#menu;
    const button = (this.renderRoot.querySelector('button') as HTMLElement).getBoundingClientRect();
    const { width, height } = menu.getBoundingClientRect();
    const isBelow = button.bottom + height < window.innerHeight || button.top < height;
    menu.style.left = `${Math.max(4, Math.min(button.right - width, window.innerWidth - width - 4))}px`;
    menu.style.top = `${isBelow ? button.bottom + 2 : button.top - height - 2}px`;
  }

  #onKey = (event: KeyboardEvent): void => {
    if (event.key === 'Tab') {
      this.#menu.hidePopover();
      return;
    }
    const items = this.#items;
    const to = KEYS[event.key]?.(
      items.indexOf((this.renderRoot as ShadowRoot).activeElement as HTMLElement),
      items.length,
    );
    if (to === undefined) return;
    event.preventDefault();
    items[to]?.focus();
  };
}

declare global {
  interface HTMLElementTagNameMap {
    'action-menu': ActionMenu;
  }
}
