import { css, html, LitElement, nothing } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { findPlaces } from '../../data/chains/chain-search.js';
import { base } from '../../styles/base.js';

/**
 * Finds targets of a long chain by their name or their place. Fires `find` (detail: the index of a target to show) and
 * `go` (detail: the index of a target to focus).
 */
@customElement('target-finder')
export class TargetFinder extends LitElement {
  static override styles = [
    base,
    css`
      input { flex: 1 1 12rem; max-width: 24rem; }
      .row { min-height: 2rem; }
    `,
  ];
  @property({ attribute: false }) targets: readonly string[] = [];
  @state() private text = '';
  /** Which of the found targets is shown. */
  @state() private current = 0;

  override render() {
    const found = this.#found;
    const count =
      this.text.trim() === '' ? '' : found.length === 0 ? 'Not found' : `${this.current + 1} of ${found.length}`;
    return html`<div class="row" role="search" aria-label="Targets">
      <input type="search" aria-label="Find a target" aria-describedby="how" placeholder="Find a model, a provider or a place" .value=${this.text} @input=${this.#type} @keydown=${this.#onKey} />
      <span class="small muted number" role="status">${count}</span>
      <span class="small muted" id="how">${found.length === 0 ? nothing : 'Enter: the next one · ↓: go to it'}</span>
    </div>`;
  }

  get #found(): readonly number[] {
    return findPlaces(this.targets, this.text);
  }

  #type = (event: InputEvent): void => {
    this.text = (event.target as HTMLInputElement).value;
    this.#show(0);
  };

  #onKey = (event: KeyboardEvent): void => {
    const { length } = this.#found;
    if (length === 0) return;
    if (event.key === 'Enter') this.#show((this.current + (event.shiftKey ? length - 1 : 1)) % length);
    else if (event.key === 'ArrowDown') this.#fire('go', this.#found[this.current]);
    else return;
    event.preventDefault();
  };

  #show(current: number): void {
    this.current = current;
    this.#fire('find', this.#found[current]);
  }

  #fire(type: 'find' | 'go', index: number | undefined): void {
    this.dispatchEvent(new CustomEvent(type, { detail: index }));
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'target-finder': TargetFinder;
  }
}
