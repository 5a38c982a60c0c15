import { css, html, LitElement } from 'lit';
import { customElement, property } from 'lit/decorators.js';

const KINDS: Readonly<Record<string, string>> = {
  available: 'good',
  usable: 'good',
  ok: 'good',
  served: 'good',
  answered: 'good',
  exhausted: 'warn',
  'at its limit': 'warn',
  skipped: 'warn',
  unconfigured: 'plain',
  disabled: 'plain',
  'not reached': 'plain',
  'not asked': 'plain',
  stopped: 'plain',
  'model gone': 'warn',
  'model not free': 'warn',
  'limit differs': 'plain',
};

/** A state as a word and a colour. */
@customElement('state-badge')
export class StateBadge extends LitElement {
  static override styles = css`
    :host { display: inline-flex; }
    span { display: inline-flex; align-items: center; gap: 0.375rem; font-size: var(--text-s); font-weight: 550; padding: 0.0625rem 0.5rem; border-radius: 1rem; white-space: nowrap; color: var(--muted); background: var(--sunken); }
    i { width: 0.4375rem; height: 0.4375rem; border-radius: 50%; background: currentcolor; }
    .good { color: var(--good); background: var(--good-soft); }
    .warn { color: var(--warn); background: var(--warn-soft); }
    .bad { color: var(--bad); background: var(--bad-soft); }
  `;
  @property() state = '';
  /** Instead of the tone that the state usually has. */
  @property() tone: 'good' | 'warn' | 'bad' | 'plain' | '' = '';

  override render() {
    return html`<span class=${this.tone || (KINDS[this.state] ?? 'bad')}><i></i>${this.state.replaceAll('_', ' ')}</span>`;
  }
}
