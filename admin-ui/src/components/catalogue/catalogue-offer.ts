import { css, html, LitElement, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import type { OfferView } from '../../../../src/contract/catalogue.js';
import { dayWords, KINDS, TRUST } from '../../data/catalogue/words.js';
import { base } from '../../styles/base.js';
import '../common/source-link.js';

/** One offer of a provider: what it covers, its limits, and where that was read. */
@customElement('catalogue-offer')
export class CatalogueOffer extends LitElement {
  static override styles = [
    base,
    css`
      section { display: grid; gap: var(--space-1); min-width: 0; }
      ul { list-style: disc; padding-left: 1.1rem; }
      code { overflow-wrap: anywhere; }
    `,
  ];
  @property({ attribute: false }) offer: OfferView | undefined;

  override render() {
    const { offer } = this;
    if (offer === undefined) return nothing;
    const { kind, what, note, limits } = offer;
    const title = KINDS[kind].text;
    return html`<section>
      <h3>${what === undefined ? title : `${title}: ${what}`}</h3>
      ${this.#models(offer)}
      ${limits.length === 0 ? nothing : html`<ul>${limits.map((limit) => html`<li>${limit.text}${limit.note === undefined ? '' : html` <span class="muted">(${limit.note.replace(/\.$/, '')})</span>`}</li>`)}</ul>`}
      ${note === undefined ? nothing : html`<p>${note}</p>`}
      ${this.#origin(offer)}
    </section>`;
  }

  #models({ models, except, examples }: OfferView) {
    if (!Array.isArray(models) && except === undefined && examples === undefined) return nothing;
    return html`<p>
      ${Array.isArray(models) ? html`Models: ${codes(models)}. ` : ''}
      ${except === undefined ? '' : html`Not: ${codes(except)}. `}
      ${examples === undefined ? '' : html`For example ${codes(examples)}.`}
    </p>`;
  }

  #origin({ source, date, trust, mayBeOutOfDate }: OfferView) {
    const words = [
      ...(date === undefined && !mayBeOutOfDate ? [] : [dayWords(date, mayBeOutOfDate)]),
      ...(trust === undefined ? [] : [TRUST[trust]]),
    ];
    if (source === undefined && words.length === 0) return nothing;
    return html`<p class="small muted"><source-link .url=${source}></source-link>${source === undefined || words.length === 0 ? '' : ' · '}${words.join(' · ')}</p>`;
  }
}

const codes = (ids: readonly string[]) => ids.map((id, index) => html`${index > 0 ? ', ' : ''}<code>${id}</code>`);

declare global {
  interface HTMLElementTagNameMap {
    'catalogue-offer': CatalogueOffer;
  }
}
