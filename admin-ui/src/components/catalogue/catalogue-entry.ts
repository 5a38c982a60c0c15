import { css, html, LitElement, nothing } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import type { CatalogueReply, CatalogueView } from '../../../../src/contract/catalogue.js';
import { ageWords, dayWords, KINDS, keyWords, TRAINING } from '../../data/catalogue/words.js';
import { base } from '../../styles/base.js';
import '../common/source-link.js';
import '../common/ui-icon.js';
import './catalogue-offer.js';

/** The colour of each training posture. */
const COLOURS = { no: 'good', may: 'warn', unknown: 'muted' } as const;

/** A provider of the catalogue: what is free, what it takes, and its sources on demand. Fires `add`. */
@customElement('catalogue-entry')
export class CatalogueEntry extends LitElement {
  static override styles = [
    base,
    css`
      :host { container-type: inline-size; }
      article { display: grid; grid-template: 'name what facts action' auto 'more more more more' auto / 12rem minmax(0, 1fr) 15rem 6.5rem; gap: var(--space-2) var(--space-4); padding: var(--space-3) var(--space-4); }
      .name { grid-area: name; display: grid; gap: var(--space-1); align-content: start; justify-items: start; }
      .kinds { display: flex; flex-wrap: wrap; gap: var(--space-1); }
      .kinds li { font-size: var(--text-s); font-weight: 550; padding: 0.0625rem 0.5rem; border-radius: 1rem; color: var(--muted); background: var(--sunken); white-space: nowrap; }
      .kinds .keyless, .kinds .recurring, .kinds .zero-price, .kinds .own { color: var(--good); background: var(--good-soft); }
      .kinds .one-time { color: var(--warn); background: var(--warn-soft); }
      .what { grid-area: what; display: grid; gap: var(--space-1); align-content: start; max-width: 52rem; }
      .facts { grid-area: facts; display: grid; gap: var(--space-1); align-content: start; }
      .action { grid-area: action; display: grid; gap: var(--space-1); align-content: start; justify-items: end; text-align: right; overflow-wrap: anywhere; }
      .added { display: inline-flex; align-items: center; gap: var(--space-1); min-height: 2rem; font-weight: 550; }
      details { grid-area: more; min-width: 0; }
      summary { display: inline-flex; flex-wrap: wrap; align-items: center; gap: 0 var(--space-1); cursor: pointer; color: var(--muted); font-size: var(--text-s); font-weight: 550; border-radius: var(--radius-s); list-style: none; }
      summary::-webkit-details-marker { display: none; }
      .age { font-weight: 400; padding-left: var(--space-2); }
      summary:hover { color: var(--text); }
      summary ui-icon { width: 0.875rem; height: 0.875rem; transform: rotate(-90deg); }
      [open] > summary ui-icon { transform: none; }
      .offers { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(24rem, 100%), 1fr)); gap: var(--space-4); margin-top: var(--space-2); padding: var(--space-3); background: var(--sunken); border-radius: var(--radius-s); }
      .training { display: grid; gap: var(--space-1); align-content: start; }
      @container (max-width: 56rem) {
        article { grid-template: 'name action' auto 'what what' auto 'facts facts' auto 'more more' auto / minmax(0, 1fr) auto; padding: var(--space-3); }
        .name { display: flex; flex-wrap: wrap; align-items: baseline; column-gap: var(--space-2); align-content: center; }
        .action { max-width: 9rem; }
        .facts { display: flex; flex-wrap: wrap; gap: var(--space-1) var(--space-4); }
        summary { min-height: 1.75rem; }
        .age { padding-left: 1.125rem; }
      }
    `,
  ];
  @property({ attribute: false }) entry: CatalogueReply['providers'][number] | undefined;
  /** Whether its type can be added. */
  @property({ type: Boolean }) addable = false;
  /** The details are drawn when they are opened, since a page has many entries. */
  @state() private open = false;

  override render() {
    const { entry } = this;
    if (entry === undefined) return nothing;
    const { title, kinds, summary, key, offers } = entry;
    const age = ageWords(entry);
    return html`<article aria-label=${title}>
      <div class="name">
        <h2>${title}</h2>
        <ul class="kinds" aria-label="Kinds of offer">${kinds.map((kind) => html`<li class=${kind} title=${KINDS[kind].meaning}>${KINDS[kind].text}</li>`)}</ul>
      </div>
      <div class="what">
        <p>${summary}</p>
        ${key?.note === undefined ? nothing : html`<p class="small muted">For a key: ${key.note}</p>`}
      </div>
      ${this.#facts(entry)}
      <div class="action">${this.#action(entry)}</div>
      <details @toggle=${(event: Event) => (this.open = (event.currentTarget as HTMLDetailsElement).open)}>
        <summary><ui-icon name="down"></ui-icon>Limits, models and sources<span class="visually-hidden"> of ${title}</span>${age === '' ? nothing : html`<span class="age">${age}</span>`}</summary>
        ${this.open ? html`<div class="offers">${offers.map((offer) => html`<catalogue-offer .offer=${offer}></catalogue-offer>`)}${this.#training(entry)}</div>` : nothing}
      </details>
    </article>`;
  }

  #facts(entry: CatalogueView) {
    const { key, training, title, needsKey } = entry;
    const link = html`<a href=${key?.url ?? ''} target="_blank" rel="noreferrer noopener">Get a key<span class="visually-hidden"> of ${title}</span></a>`;
    return html`<ul class="facts" aria-label="What it takes">
      <li>${keyWords(entry)}</li>
      ${key === undefined ? nothing : html`<li>${link}${needsKey ? '' : html` <span class="muted">for more</span>`}</li>`}
      <li class=${COLOURS[training.posture]}>${TRAINING[training.posture]}</li>
    </ul>`;
  }

  #action({ title, configured }: CatalogueReply['providers'][number]) {
    if (configured.length > 0)
      return html`<span class="added good"><ui-icon name="check"></ui-icon>Added</span><a class="small" href="/admin/providers" aria-label="${configured.join(', ')} on the page Providers">${configured.join(', ')}</a>`;
    if (!this.addable) return nothing;
    return html`<button aria-label="Add ${title}" @click=${() => this.dispatchEvent(new CustomEvent('add'))}><ui-icon name="plus"></ui-icon>Add</button>`;
  }

  #training({ training }: CatalogueView) {
    const { posture, note, source, date, mayBeOutOfDate } = training;
    return html`<section class="training">
      <h3>${TRAINING[posture]}</h3>
      ${note === undefined ? nothing : html`<p>${note}</p>`}
      ${source === undefined && date === undefined ? nothing : html`<p class="small muted"><source-link .url=${source}></source-link>${source === undefined || date === undefined ? '' : ' · '}${date === undefined ? '' : dayWords(date, mayBeOutOfDate)}</p>`}
    </section>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'catalogue-entry': CatalogueEntry;
  }
}
