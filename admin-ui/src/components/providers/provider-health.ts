import { css, html, LitElement, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import type { HealthFailure, ProviderHealth } from '../../../../src/contract/health.js';
import { failureText, hourText } from '../../data/providers/health.js';
import { base } from '../../styles/base.js';
import { localTime } from '../common/local-time.js';

/** What happened last at a provider: its last answer, its last failure and limit in the provider's words, its last check. */
@customElement('provider-health')
export class ProviderHealthFacts extends LitElement {
  static override styles = [
    base,
    css`
      dl { display: grid; grid-template-columns: max-content minmax(0, 1fr); gap: var(--space-1) var(--space-3); }
      dt { color: var(--muted); }
      dd { overflow-wrap: anywhere; }
      @media (max-width: 30rem) { dl { grid-template-columns: minmax(0, 1fr); } dt { margin-top: var(--space-1); } }
    `,
  ];
  @property({ attribute: false }) health: ProviderHealth | undefined;

  override render() {
    const { health } = this;
    if (health === undefined) return nothing;
    const { lastSuccessAt, lastFailure, lastLimit, check, hour } = health;
    return html`<dl>
      <dt>Last answer</dt><dd>${lastSuccessAt === undefined ? html`<span class="muted">none in the last hour or since the start</span>` : localTime(lastSuccessAt)}</dd>
      ${this.#failure('Last failure', lastFailure)}
      ${this.#failure('Last limit', lastLimit)}
      ${check === undefined ? nothing : html`<dt>Last check</dt><dd>${localTime(check.at)}: ${check.state}${check.detail === '' ? '' : `, ${check.detail}`}${check.keyUntried === true ? ' The list is public, so the key was not tested.' : ''}</dd>`}
      <dt>Last hour</dt><dd class="number">${hourText(hour)}</dd>
    </dl>`;
  }

  #failure(title: string, failure: (HealthFailure & { readonly target: string }) | undefined) {
    if (failure === undefined) return nothing;
    return html`<dt>${title}</dt><dd><span>${failureText(failure)}</span> <span class="muted small">at ${failure.target}</span></dd>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'provider-health': ProviderHealthFacts;
  }
}
