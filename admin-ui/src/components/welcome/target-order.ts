import { css, html, LitElement } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { repeat } from 'lit/directives/repeat.js';
import { base } from '../../styles/base.js';
import '../common/ui-icon.js';

/** Reorders and removes the targets of a chain. Fires `change` (detail: the targets). */
@customElement('target-order')
export class TargetOrder extends LitElement {
  static override styles = [
    base,
    css`
      ol { display: grid; gap: var(--space-1); counter-reset: place; }
      li { display: flex; align-items: center; gap: var(--space-1); padding: var(--space-1) var(--space-2); border: 1px solid var(--line); border-radius: var(--radius-s); background: var(--surface); counter-increment: place; }
      li::before { content: counter(place); min-width: 1.25rem; color: var(--muted); font-size: var(--text-s); }
      code { flex: 1; min-width: 0; overflow-wrap: anywhere; }
      .up { transform: rotate(180deg); }
    `,
  ];
  @property({ attribute: false }) targets: readonly string[] = [];

  override render() {
    const last = this.targets.length - 1;
    return html`<ol aria-label="Order in which they are tried">${repeat(
      this.targets,
      (target) => target,
      (target, index) => html`<li>
        <code>${target}</code>
        <button type="button" class="quiet icon" aria-label="Move ${target} up" ?disabled=${index === 0} @click=${() => this.#move(index, -1)}><ui-icon class="up" name="down"></ui-icon></button>
        <button type="button" class="quiet icon" aria-label="Move ${target} down" ?disabled=${index === last} @click=${() => this.#move(index, 1)}><ui-icon name="down"></ui-icon></button>
        <button type="button" class="quiet icon" aria-label="Take ${target} out" @click=${() => this.#set(this.targets.filter((_, each) => each !== index))}><ui-icon name="close"></ui-icon></button>
      </li>`,
    )}</ol>`;
  }

  #move(index: number, by: number): void {
    const targets = [...this.targets];
    const [moved = ''] = targets.splice(index, 1);
    targets.splice(index + by, 0, moved);
    this.#set(targets);
  }

  #set(targets: readonly string[]): void {
    this.targets = targets;
    this.dispatchEvent(new CustomEvent('change', { detail: targets }));
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'target-order': TargetOrder;
  }
}
