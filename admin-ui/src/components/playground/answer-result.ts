import { css, html, LitElement, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { counted, numberText } from '../../data/format.js';
import type { Result } from '../../data/playground/answer.js';
import { similarity } from '../../data/playground/similarity.js';
import { base } from '../../styles/base.js';
import './model-image.js';
import './sound-player.js';

/** Most texts whose similarity is shown. */
const MOST_COMPARED = 12;
/** Most numbers of a vector that are shown. */
const MOST_NUMBERS = 8;
/** Categories of a moderation that are shown though they are not flagged. */
const MOST_CATEGORIES = 6;

/** A result that is not text. */
@customElement('answer-result')
export class AnswerResult extends LitElement {
  static override styles = [
    base,
    css`
      .wide { overflow-x: auto; }
      img { display: block; max-width: min(100%, 32rem); border-radius: var(--radius-s); border: 1px solid var(--line); }
      td, th { padding: var(--space-1) var(--space-2); }
      td.text { overflow-wrap: anywhere; }
      .verdict { font-weight: 600; }
    `,
  ];
  @property({ attribute: false }) result!: Result;
  /** The texts that were asked about, such as the documents of a ranking. */
  @property({ attribute: false }) texts: readonly string[] = [];

  override render() {
    const { result } = this;
    switch (result.kind) {
      case 'vectors':
        return this.#vectors(result.vectors);
      case 'ranking':
        return this.#ranking(result.ranks);
      case 'verdicts':
        return result.verdicts.map((verdict) => this.#verdict(verdict));
      case 'sound':
        return html`<sound-player .sound=${result.sound}></sound-player>`;
      case 'image':
        return result.url.startsWith('data:image/')
          ? html`<img src=${result.url} alt="The image of the answer" /><a class="small" href=${result.url} download="image">Save the image</a>`
          : html`<model-image .url=${result.url}></model-image>`;
    }
  }

  #vectors(vectors: readonly (readonly number[])[]) {
    const compared = vectors.slice(0, MOST_COMPARED);
    return html`<div class="stack">
      <p>${counted(vectors.length, 'vector')} of ${counted(vectors[0]?.length ?? 0, 'number')}</p>
      <div class="wide" tabindex="0" role="group" aria-label="Vectors"><table>
        <thead><tr><th scope="col">Text</th><th scope="col">Begins with</th></tr></thead>
        <tbody>${compared.map(
          (vector, place) =>
            html`<tr><td class="text">${this.texts[place] ?? place + 1}</td><td class="mono small">${vector
              .slice(0, MOST_NUMBERS)
              .map((value) => value.toFixed(4))
              .join(', ')}${vector.length > MOST_NUMBERS ? ', …' : ''}</td></tr>`,
        )}</tbody>
      </table></div>
      ${compared.length < 2 ? nothing : this.#similarities(compared)}
    </div>`;
  }

  #similarities(vectors: readonly (readonly number[])[]) {
    return html`<div class="wide" tabindex="0" role="group" aria-label="Similarities"><table>
      <thead><tr><th scope="col">Similarity (cosine)</th>${vectors.map((_, place) => html`<th scope="col" class="number">${place + 1}</th>`)}</tr></thead>
      <tbody>${vectors.map((vector, place) => html`<tr><th scope="row">${place + 1}</th>${vectors.map((other) => html`<td class="number">${similarity(vector, other).toFixed(3)}</td>`)}</tr>`)}</tbody>
    </table></div>`;
  }

  #ranking(ranks: readonly { readonly index: number; readonly score: number }[]) {
    return html`<div class="wide" tabindex="0" role="group" aria-label="Ranking"><table>
      <thead><tr><th scope="col" class="number">Score</th><th scope="col">Document</th></tr></thead>
      <tbody>${ranks.map(({ index, score }) => html`<tr><td class="number">${score.toFixed(4)}</td><td class="text">${this.texts[index] ?? `Document ${numberText(index + 1)}`}</td></tr>`)}</tbody>
    </table></div>`;
  }

  #verdict({ flagged, categories }: Extract<Result, { kind: 'verdicts' }>['verdicts'][number]) {
    const shown = categories.filter((each, place) => each.flagged || place < MOST_CATEGORIES);
    return html`<div class="stack">
      <p class="verdict ${flagged ? 'bad' : 'good'}">${flagged ? 'Flagged' : 'Not flagged'}</p>
      <div class="wide" tabindex="0" role="group" aria-label="Categories"><table>
        <thead><tr><th scope="col">Category</th><th scope="col">Flagged</th><th scope="col" class="number">Score</th></tr></thead>
        <tbody>${shown.map((each) => html`<tr><td>${each.name}</td><td class=${each.flagged ? 'bad' : 'muted'}>${each.flagged ? 'yes' : 'no'}</td><td class="number">${each.score?.toFixed(4) ?? '–'}</td></tr>`)}</tbody>
      </table></div>
      ${shown.length < categories.length ? html`<p class="small muted">${counted(categories.length - shown.length, 'more category', 'more categories')} with lower scores.</p>` : nothing}
    </div>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'answer-result': AnswerResult;
  }
}
