import { css, html, LitElement, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import type { ProviderTrial } from '../../../../src/contract/models.js';
import { trialWords } from '../../data/providers/trial.js';
import { base } from '../../styles/base.js';
import '../common/state-badge.js';

/** The result of a provider test, announced to screen readers. */
@customElement('trial-result')
export class TrialResult extends LitElement {
  static override styles = [
    base,
    css`
      :host { min-height: 1.5rem; }
      div { display: flex; align-items: baseline; gap: var(--space-2); flex-wrap: wrap; }
      span { flex: 1 1 12rem; overflow-wrap: anywhere; }
    `,
  ];
  @property({ attribute: false }) trial: ProviderTrial | undefined;
  @property({ type: Boolean }) trying = false;

  override render() {
    return html`<div role="status">${this.trying ? html`<span class="muted">Asking it for its models…</span>` : this.trial === undefined ? nothing : html`<state-badge .state=${this.trial.state}></state-badge><span>${trialWords(this.trial)}</span>`}</div>
      ${this.trial?.keys === undefined ? nothing : html`<ul aria-label="Result of each key">${this.trial.keys.map((key) => html`<li><b>${key.label}</b> <state-badge .state=${key.state}></state-badge> <span>${trialWords({ ...key, models: [] })}</span></li>`)}</ul>`}`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'trial-result': TrialResult;
  }
}
