import { css, html, LitElement, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import type { CatalogueView } from '../../../../src/contract/catalogue.js';
import { ageWords, KINDS, TRAINING } from '../../data/catalogue/words.js';
import { base } from '../../styles/base.js';
import '../common/source-link.js';

/** What the catalogue says about a provider, in a few words. Nothing for a provider that it does not have. */
@customElement('offer-line')
export class OfferLine extends LitElement {
  static override styles = [base, css`p { max-width: 60rem; }`];
  @property({ attribute: false }) entry: CatalogueView | undefined;

  override render() {
    const { entry } = this;
    if (entry === undefined) return nothing;
    const { title, summary, training, kinds, offers } = entry;
    const source = offers.find((offer) => offer.source !== undefined)?.source;
    const facts = [...kinds.map((kind) => KINDS[kind].text), TRAINING[training.posture], ageWords(entry)].filter(
      (each) => each !== '',
    );
    return html`<div class="small muted">
      <p>${summary}</p>
      <p>${facts.join(' · ')}${source === undefined ? '' : html` · <source-link .url=${source}></source-link>`} · <a href="/admin/catalogue?q=${encodeURIComponent(title)}">${title} in the catalogue</a></p>
    </div>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'offer-line': OfferLine;
  }
}
