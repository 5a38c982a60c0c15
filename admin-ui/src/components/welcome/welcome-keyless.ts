import { css, html, LitElement, nothing } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import type { ProviderTypeView } from '../../../../src/contract/admin-configuration.js';
import { beginWithoutKey } from '../../data/chains/first-chain.js';
import { trainingWords } from '../../data/providers/offers.js';
import type { Providers } from '../../data/providers/providers.js';
import { base } from '../../styles/base.js';
import '../saving/save-problem.js';

/** Makes a chain of providers that answer without a key. Fires `saved` (detail: the chain's name). */
@customElement('welcome-keyless')
export class WelcomeKeyless extends LitElement {
  static override styles = [
    base,
    css`
      ul { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(17rem, 100%), 1fr)); gap: var(--space-3); }
      li { display: grid; grid-template-columns: auto minmax(0, 1fr); gap: 0 var(--space-2); align-items: baseline; }
      label { font-weight: 550; }
      li p { grid-column: 2; }
      .begin { justify-self: start; }
    `,
  ];
  @property({ attribute: false }) providers: Providers = { revision: '', providers: [], types: [] };
  @state() private left: ReadonlySet<string> = new Set();
  @state() private saving = false;
  @state() private problem: unknown;

  override render() {
    const types = this.#types();
    if (types.length === 0) return nothing;
    const chosen = types.filter(({ type }) => !this.left.has(type));
    return html`<section class="card stack" aria-label="Begin without a key">
      <div>
        <h2>Begin without a key</h2>
        <p>These providers answer at once, without a key. Their limits are small and count per IP address, so you share them with everyone on your network.</p>
      </div>
      <ul>${types.map((each) => this.#offer(each))}</ul>
      <save-problem .error=${this.problem}></save-problem>
      <div class="row begin">
        <button class="primary" ?disabled=${this.saving || chosen.length === 0} @click=${() => this.#begin(chosen)}>Begin without a key</button>
        <span class="muted small" role="status">${this.saving ? 'Asking for their models…' : ''}</span>
      </div>
    </section>`;
  }

  #offer({ type, title, freeTier, training }: ProviderTypeView) {
    const id = `keyless-${type}`;
    return html`<li>
      <input type="checkbox" id=${id} .checked=${!this.left.has(type)} aria-describedby="${id}-about" @change=${() => this.#toggle(type)} />
      <label for=${id}>${title}</label>
      <p class="muted small" id="${id}-about">${freeTier} <strong>${trainingWords(training)}</strong></p>
    </li>`;
  }

  /** Those that do not train on requests first. */
  #types(): readonly ProviderTypeView[] {
    const isPrivate = ({ training }: ProviderTypeView): number => Number(training.posture === 'no');
    return this.providers.types
      .filter(({ keyless }) => keyless)
      .toSorted((one, other) => isPrivate(other) - isPrivate(one));
  }

  #toggle(type: string): void {
    const left = new Set(this.left);
    if (!left.delete(type)) left.add(type);
    this.left = left;
  }

  async #begin(types: readonly ProviderTypeView[]): Promise<void> {
    this.saving = true;
    this.problem = undefined;
    try {
      const chain = await beginWithoutKey(
        types.map(({ type }) => type),
        this.providers,
      );
      this.dispatchEvent(new CustomEvent('saved', { detail: chain }));
    } catch (error) {
      this.problem = error;
    }
    this.saving = false;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'welcome-keyless': WelcomeKeyless;
  }
}
