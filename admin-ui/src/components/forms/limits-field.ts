import { css, html, LitElement, nothing, type PropertyValues } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import type { Costs, Limit } from '../../../../src/contract/quota.js';
import {
  COUNTED,
  draftOf,
  isZone,
  type LimitDraft,
  limitOf,
  NEW_LIMIT,
  ZONES,
} from '../../data/providers/limit-draft.js';
import { base } from '../../styles/base.js';
import './duration-field.js';
import './json-field.js';
import { type Field, reportValidity } from '../common/field-validity.js';
import '../common/ui-icon.js';

const SPANS: readonly (readonly [LimitDraft['span'], string])[] = [
  ['rolling', 'per'],
  ['day', 'each day'],
  ['week', 'each week'],
  ['month', 'each month'],
];

const COSTS_HINT = 'By model, * for any text: {"*": {"request": 1, "input": 5, "output": 20}}, for 1,000 tokens each.';

const optionsOf = (choices: readonly (readonly [string, string])[], chosen: string) =>
  choices.map(([value, text]) => html`<option value=${value} ?selected=${value === chosen}>${text}</option>`);

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
      .limit { display: grid; grid-template-columns: minmax(5rem, 1fr) minmax(8rem, 1fr) auto minmax(7rem, 1fr) auto; gap: var(--space-2); align-items: start; }
      @container (max-width: 30rem) { .limit { grid-template-columns: 1fr 1.4fr auto; padding-bottom: var(--space-2); border-bottom: 1px solid var(--line); } .limit > .remove { grid-row: 1; grid-column: 3; } }
      .calendar { display: grid; gap: var(--space-2); }
      .limit > json-field { grid-column: 1 / -1; }
      .add { justify-self: start; }
    `,
  ];
  @property({ attribute: false }) limits: readonly Limit[] = [];
  /** The owner of the limits, such as `groq`, for screen readers. */
  @property() of = '';
  @state() private drafts: readonly LimitDraft[] = [];

  override willUpdate(changed: PropertyValues): void {
    if (!changed.has('limits') || JSON.stringify(this.limits) === JSON.stringify(this.#whole())) return;
    this.drafts = this.limits.map(draftOf);
  }

  override render() {
    return html`<div class="stack" role="group" aria-label=${this.of === '' ? 'Limits' : `Limits of ${this.of}`}>
      ${this.drafts.map((draft, index) => this.#row(draft, index))}
      <datalist id="zones">${ZONES.map((zone) => html`<option value=${zone}></option>`)}</datalist>
      <button type="button" class="add" @click=${this.#add}><ui-icon name="plus"></ui-icon>Add a limit</button>
    </div>`;
  }

  reportValidity(): boolean {
    return reportValidity(this.renderRoot);
  }

  #row(draft: LimitDraft, index: number) {
    const { dimension, amount, costs } = draft;
    const nth = `limit ${index + 1}`;
    const [least, step] = dimension === 'units' ? [0, 'any'] : [1, 1];
    return html`<div class="limit" role="group" aria-label=${nth}>
      <input type="number" min=${least} step=${step} required aria-label="How many" placeholder="30" .value=${amount} @input=${this.#typed(index, 'amount')} />
      <select aria-label="Of what" .value=${dimension} @change=${this.#typed(index, 'dimension')}>${optionsOf(COUNTED, dimension)}</select>
      ${dimension === 'concurrent' ? html`<span></span><span></span>` : this.#window(draft, index)}
      <button type="button" class="quiet icon remove" aria-label="Remove ${nth}" @click=${() => this.#set(this.drafts.filter((_, each) => each !== index))}><ui-icon name="trash"></ui-icon></button>
      ${
        dimension === 'units'
          ? html`<json-field label="What a request costs" hint=${COSTS_HINT} kind="object" required .value=${costs} @change=${(event: CustomEvent<Costs>) => this.#change(index, { costs: event.detail })}></json-field>`
          : nothing
      }
    </div>`;
  }

  #window({ span, per, zone, from }: LimitDraft, index: number) {
    return html`
      <select aria-label="Which window" .value=${span} @change=${this.#typed(index, 'span')}>${optionsOf(SPANS, span)}</select>
      ${
        span === 'rolling'
          ? html`<duration-field compact required label="In which span of time" placeholder="1m" .value=${per} @change=${(event: CustomEvent<string>) => this.#change(index, { per: event.detail })}></duration-field>`
          : html`<div class="calendar">
            <input aria-label="Time zone" list="zones" placeholder="UTC" autocomplete="off" spellcheck="false" .value=${zone} @input=${this.#zoneTyped(index)} />
            ${span === 'month' ? html`<input type="number" min="1" max="31" step="1" aria-label="From which day of the month" placeholder="from day 1" .value=${from} @input=${this.#typed(index, 'from')} />` : nothing}
            ${span === 'week' ? html`<input type="date" aria-label="A date on which a week begins" title="A date on which a week begins. Without one, weeks begin on Monday." .value=${from} @input=${this.#typed(index, 'from')} />` : nothing}
          </div>`
      }`;
  }

  /** A beginning of another kind of window does not stay. */
  #typed = (index: number, field: 'amount' | 'dimension' | 'span' | 'from') => (event: Event) => {
    const { value } = event.target as HTMLInputElement;
    this.#change(index, { [field]: value, ...(field === 'span' && { from: '' }) });
  };

  #zoneTyped = (index: number) => (event: Event) => {
    const field = event.target as HTMLInputElement;
    const zone = field.value.trim();
    const isKnown = zone === '' || isZone(zone);
    field.setCustomValidity(isKnown ? '' : `“${zone}” is not a time zone. Choose one such as America/Los_Angeles.`);
    this.#change(index, { zone });
  };

  #add = async (): Promise<void> => {
    this.#set([...this.drafts, NEW_LIMIT]);
    await this.updateComplete;
    this.renderRoot.querySelector<HTMLInputElement>('.limit:last-of-type input')?.focus();
  };

  #change(index: number, change: Partial<LimitDraft>): void {
    this.#set(this.drafts.map((draft, each) => (each === index ? { ...draft, ...change } : draft)));
  }

  #set(drafts: readonly LimitDraft[]): void {
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
