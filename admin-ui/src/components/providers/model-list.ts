import { css, html, LitElement } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { ref } from 'lit/directives/ref.js';
import { repeat } from 'lit/directives/repeat.js';
import { counted } from '../../data/format.js';
import {
  ALL_MODELS,
  abilitiesOf,
  filtered,
  type ListedModel,
  type ModelFilter,
  priceText,
  targetOf,
  windowText,
} from '../../data/providers/models.js';
import { base } from '../../styles/base.js';
import { VirtualRows } from '../lists/virtual-rows.js';
import '../common/ui-icon.js';

/** The height of a row before it is measured, px. */
const ROW = 37;
const WINDOWS: readonly (readonly [number, string])[] = [
  [0, 'any'],
  [8_000, '8K'],
  [32_000, '32K'],
  [100_000, '100K'],
  [200_000, '200K'],
  [1_000_000, '1M'],
];
const SWITCHES = [
  ['free', 'Free'],
  ['vision', 'Vision'],
  ['tools', 'Tools'],
] as const;

/**
 * A list of models to search, filter and choose from, in the given order. If `action` is set, it fires `choose` (detail:
 * the `ListedModel`), also for models in `chosen`, which its owner removes then.
 */
@customElement('model-list')
export class ModelList extends LitElement {
  static override styles = [
    base,
    css`
      :host { container-type: inline-size; }
      .search { flex: 1 1 12rem; }
      .window { display: flex; align-items: center; gap: var(--space-2); white-space: nowrap; }
      .window select { width: auto; }
      .switch[aria-pressed='true'] { background: var(--accent-soft); border-color: var(--accent); color: var(--accent); }
      .rows { max-height: var(--model-list-height, 24rem); overflow: auto; border: 1px solid var(--line); border-radius: var(--radius-s); background: var(--surface); }
      thead th { position: sticky; top: 0; background: var(--surface); z-index: 1; white-space: nowrap; }
      tbody tr:last-child td { border-bottom: 0; }
      td { padding-block: var(--space-1); vertical-align: middle; }
      td.space { padding: 0; border: 0; }
      td.model { max-width: 0; width: 100%; }
      td.number, td.does { white-space: nowrap; }
      td.model code { display: block; overflow-wrap: anywhere; }
      td.free { color: var(--good); font-weight: 550; }
      .brief { display: none; }
      td > button { min-width: 5.5rem; }
      .chosen button { color: var(--good); border-color: var(--good); background: var(--good-soft); }
      @container (max-width: 38rem) { .wide { display: none; } td > button { min-width: 0; } .brief { display: block; } }
    `,
  ];
  @property({ attribute: false }) models: readonly ListedModel[] = [];
  /** The label of the button beside a model, such as `Add`. If empty, there is no button. */
  @property() action = '';
  /** The chosen targets: `provider/model`, or the model's id if it has no provider. */
  @property({ attribute: false }) chosen: ReadonlySet<string> = new Set();
  @state() private filter: ModelFilter = ALL_MODELS;
  #found: readonly ListedModel[] = [];
  readonly #rows = new VirtualRows(this, () => ({
    count: this.#found.length,
    height: ROW,
    keyOf: (index) => targetOf(this.#found[index] as ListedModel),
  }));

  override willUpdate(): void {
    this.#found = filtered(this.models, this.filter);
  }

  override render() {
    const found = this.#found;
    return html`<div class="stack">
      ${this.#filters()}
      <p class="visually-hidden" role="status">${counted(found.length, 'model')}</p>
      ${found.length === 0 ? html`<p class="muted">${this.models.length === 0 ? 'There are no models.' : 'No model is like that.'} ${this.models.length > 0 ? html`<button type="button" class="quiet" @click=${() => (this.filter = ALL_MODELS)}>Show all ${this.models.length}</button>` : ''}</p>` : this.#table()}
    </div>`;
  }

  #filters() {
    return html`<div class="row" role="search" aria-label="Models">
      <input class="search" type="search" aria-label="Search models" placeholder="Search ${counted(this.models.length, 'model')}" .value=${this.filter.text} @input=${(event: InputEvent) => this.#narrow({ text: (event.target as HTMLInputElement).value })} />
      ${SWITCHES.map(
        ([key, text]) =>
          html`<button type="button" class="switch" aria-pressed=${this.filter[key]} @click=${() => this.#narrow({ [key]: !this.filter[key] })}>${text}</button>`,
      )}
      <label class="window"><span class="small muted">Context ≥</span>
        <select @change=${(event: Event) => this.#narrow({ contextWindow: Number((event.target as HTMLSelectElement).value) })}>
          ${WINDOWS.map(([tokens, text]) => html`<option value=${tokens} ?selected=${tokens === this.filter.contextWindow}>${text}</option>`)}
        </select>
      </label>
    </div>`;
  }

  #table() {
    const { first, last } = this.#rows.range;
    const shown = this.#found.slice(first, last).map((model, index) => ({ model, index: first + index }));
    return html`<div class="rows" tabindex="0" role="region" aria-label="Models found" ${ref(this.#rows.attach)}>
      <table aria-rowcount=${this.#found.length + 1}>
        <thead><tr>
          <th scope="col">Model</th>
          <th scope="col" class="wide number">Context</th>
          <th scope="col" class="wide number" title="US dollars for a million tokens, in / out">Price</th>
          <th scope="col" class="wide">Can</th>
          ${this.action === '' ? '' : html`<th scope="col"><span class="visually-hidden">${this.action}</span></th>`}
        </tr></thead>
        <tbody>
          ${space(this.#rows.above)}
          ${repeat(
            shown,
            ({ model }) => targetOf(model),
            ({ model, index }) => this.#row(model, index),
          )}
          ${space(this.#rows.below)}
        </tbody>
      </table>
    </div>`;
  }

  #row(model: ListedModel, index: number) {
    const price = priceText(model);
    const abilities = abilitiesOf(model);
    const window = windowText(model);
    const brief = [...(window === '' ? [] : [`${window} context`]), ...(price === '' ? [] : [price]), ...abilities];
    return html`<tr data-row=${index} aria-rowindex=${index + 2}>
      <td class="model"><code>${targetOf(model)}</code>${model.name === undefined || model.name === model.id ? '' : html`<span class="small muted wide">${model.name}</span>`}<span class="brief small muted">${brief.join(' · ')}</span></td>
      <td class="wide number">${window}</td>
      <td class="wide number ${model.free === true ? 'free' : ''}">${price}</td>
      <td class="wide does small muted">${abilities.join(', ')}</td>
      ${this.action === '' ? '' : this.#button(model)}
    </tr>`;
  }

  #button(model: ListedModel) {
    const target = targetOf(model);
    const chosen = this.chosen.has(target);
    return html`<td class=${chosen ? 'chosen' : ''}><button type="button" aria-pressed=${chosen} aria-label="${chosen ? 'Added' : this.action} ${target}" @click=${() => this.dispatchEvent(new CustomEvent('choose', { detail: model }))}><ui-icon name=${chosen ? 'check' : 'plus'}></ui-icon><span class="wide">${chosen ? 'Added' : this.action}</span></button></td>`;
  }

  #narrow(change: Partial<ModelFilter>): void {
    this.filter = { ...this.filter, ...change };
  }
}

/** Stands for the rows that are not in the document. */
const space = (height: number) =>
  height === 0
    ? ''
    : html`<tr aria-hidden="true"><td class="space" colspan="5" .style=${`height: ${height}px`}></td></tr>`;

declare global {
  interface HTMLElementTagNameMap {
    'model-list': ModelList;
  }
}
