import { css, html, LitElement } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import type { OfferKind } from '../../../../src/contract/catalogue-entry.js';
import {
  type CatalogueFilter,
  CONDITIONS,
  type Condition,
  searchOf,
  toggled,
  WHOLE,
} from '../../data/catalogue/catalogue-filter.js';
import { KINDS } from '../../data/catalogue/words.js';
import { base } from '../../styles/base.js';

/** The search and the buttons above the catalogue. Fires `choose` (detail: the new filter). */
@customElement('catalogue-filters')
export class CatalogueFilters extends LitElement {
  static override styles = [
    base,
    css`
      .bar { display: flex; flex-wrap: wrap; gap: var(--space-2) var(--space-4); align-items: center; }
      .search { flex: 1 1 14rem; max-width: 26rem; }
      [role='group'] { display: flex; flex-wrap: wrap; gap: var(--space-1); }
      [aria-pressed] { border-radius: 1rem; }
      [aria-pressed='true'] { background: var(--accent-soft); border-color: var(--accent); color: var(--accent); }
      @media (max-width: 40rem) { .search { flex-basis: 100%; max-width: none; } }
    `,
  ];
  @property({ attribute: false }) filter: CatalogueFilter = WHOLE;

  override render() {
    const { kinds, conditions, text } = this.filter;
    return html`<div class="bar" role="search" aria-label="Providers">
      <input class="search" type="search" aria-label="Search the catalogue" placeholder="Search names, models, limits" .value=${text} @input=${(event: InputEvent) => this.#choose({ text: (event.target as HTMLInputElement).value })} />
      <div role="group" aria-label="Conditions">${(Object.keys(CONDITIONS) as Condition[]).map(
        (each) =>
          html`<button type="button" aria-pressed=${conditions.includes(each)} @click=${() => this.#choose({ conditions: toggled(conditions, each) })}>${CONDITIONS[each].text}</button>`,
      )}</div>
      <div role="group" aria-label="Kinds of offer">${(Object.keys(KINDS) as OfferKind[]).map(
        (each) =>
          html`<button type="button" aria-pressed=${kinds.includes(each)} title=${KINDS[each].meaning} @click=${() => this.#choose({ kinds: toggled(kinds, each) })}>${KINDS[each].text}</button>`,
      )}</div>
      ${searchOf(this.filter) === '' ? '' : html`<button type="button" class="quiet" @click=${() => this.#choose(WHOLE)}>Clear</button>`}
    </div>`;
  }

  #choose(change: Partial<CatalogueFilter>): void {
    this.dispatchEvent(new CustomEvent('choose', { detail: { ...this.filter, ...change } }));
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'catalogue-filters': CatalogueFilters;
  }
}
