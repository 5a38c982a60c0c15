import { css, html, LitElement, type PropertyValues } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import type { Limit } from '../../../../src/contract/quota.js';
import { durationMs } from '../../data/durations.js';
import { base } from '../../styles/base.js';
import './duration-field.js';
import { type Field, reportValidity } from '../common/field-validity.js';
import '../common/ui-icon.js';

type Dimension = 'requests' | 'tokens' | 'concurrent';

/** A limit while the user types it. */
interface Draft {
  readonly dimension: Dimension;
  readonly amount: string;
  readonly per: string;
}

const DIMENSIONS: readonly (readonly [Dimension, string])[] = [
  ['requests', 'requests'],
  ['tokens', 'tokens'],
  ['concurrent', 'requests at once'],
];

const draftOf = (limit: Limit): Draft => {
  if ('concurrent' in limit) return { dimension: 'concurrent', amount: String(limit.concurrent), per: '' };
  if ('tokens' in limit) return { dimension: 'tokens', amount: String(limit.tokens), per: limit.per };
  return { dimension: 'requests', amount: String(limit.requests), per: limit.per };
};

/** The limit; `undefined` while it is incomplete. */
const limitOf = ({ dimension, amount, per }: Draft): Limit | undefined => {
  const count = Number(amount);
  if (amount.trim() === '' || !Number.isInteger(count) || count < 1) return undefined;
  if (dimension === 'concurrent') return { concurrent: count };
  if ((durationMs(per) ?? 0) === 0) return undefined;
  return dimension === 'tokens' ? { tokens: count, per } : { requests: count, per };
};

/**
 * The limits of a provider or a target. Fires `change` (detail: the complete limits) at each change. `reportValidity`
 * checks that all are complete.
 */
@customElement('limits-field')
export class LimitsField extends LitElement implements Field {
  static override styles = [
    base,
    css`
      :host { container-type: inline-size; }
      .limit { display: grid; grid-template-columns: minmax(5rem, 1fr) minmax(8rem, 1fr) auto minmax(5rem, 1fr) auto; gap: var(--space-2); align-items: start; }
      .limit > span { line-height: 2rem; color: var(--muted); }
      @container (max-width: 30rem) { .limit { grid-template-columns: 1fr 1.4fr auto; padding-bottom: var(--space-2); border-bottom: 1px solid var(--line); } .limit > .remove { grid-row: 1; grid-column: 3; } .limit > span { text-align: right; } }
      .add { justify-self: start; }
    `,
  ];
  @property({ attribute: false }) limits: readonly Limit[] = [];
  /** The owner of the limits, such as `groq`, for screen readers. */
  @property() of = '';
  @state() private drafts: readonly Draft[] = [];

  override willUpdate(changed: PropertyValues): void {
    if (!changed.has('limits') || JSON.stringify(this.limits) === JSON.stringify(this.#whole())) return;
    this.drafts = this.limits.map(draftOf);
  }

  override render() {
    return html`<div class="stack" role="group" aria-label=${this.of === '' ? 'Limits' : `Limits of ${this.of}`}>
      ${this.drafts.map((draft, index) => this.#row(draft, index))}
      <button type="button" class="add" @click=${this.#add}><ui-icon name="plus"></ui-icon>Add a limit</button>
    </div>`;
  }

  reportValidity(): boolean {
    return reportValidity(this.renderRoot);
  }

  #row({ dimension, amount, per }: Draft, index: number) {
    const nth = `limit ${index + 1}`;
    return html`<div class="limit" role="group" aria-label=${nth}>
      <input type="number" min="1" step="1" required aria-label="How many" placeholder="30" .value=${amount} @input=${(event: InputEvent) => this.#change(index, { amount: (event.target as HTMLInputElement).value })} />
      <select aria-label="Of what" .value=${dimension} @change=${(event: Event) => this.#change(index, { dimension: (event.target as HTMLSelectElement).value as Dimension })}>
        ${DIMENSIONS.map(([value, text]) => html`<option value=${value} ?selected=${value === dimension}>${text}</option>`)}
      </select>
      ${
        dimension === 'concurrent'
          ? html`<span></span><span></span>`
          : html`<span>per</span><duration-field compact required label="In which span of time" placeholder="1m" .value=${per} @change=${(event: CustomEvent<string>) => this.#change(index, { per: event.detail })}></duration-field>`
      }
      <button type="button" class="quiet icon remove" aria-label="Remove ${nth}" @click=${() => this.#set(this.drafts.filter((_, each) => each !== index))}><ui-icon name="trash"></ui-icon></button>
    </div>`;
  }

  #add = async (): Promise<void> => {
    this.#set([...this.drafts, { dimension: 'requests', amount: '', per: '1m' }]);
    await this.updateComplete;
    this.renderRoot.querySelector<HTMLInputElement>('.limit:last-of-type input')?.focus();
  };

  #change(index: number, change: Partial<Draft>): void {
    this.#set(this.drafts.map((draft, each) => (each === index ? { ...draft, ...change } : draft)));
  }

  #set(drafts: readonly Draft[]): void {
    this.drafts = drafts;
    this.limits = this.#whole();
    this.dispatchEvent(new CustomEvent('change', { detail: this.limits }));
  }

  #whole(): readonly Limit[] {
    return this.drafts.flatMap((draft) => limitOf(draft) ?? []);
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'limits-field': LimitsField;
  }
}
