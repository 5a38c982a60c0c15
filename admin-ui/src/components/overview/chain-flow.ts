import { css, html, LitElement, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { repeat } from 'lit/directives/repeat.js';
import type { QuotaView, TargetView } from '../../../../src/contract/admin-api.js';
import type { RequestRecord } from '../../../../src/contract/requests.js';
import { Ticker } from '../../data/browser/ticker.js';
import { availableText, type ChainState } from '../../data/chains/chain-state.js';
import { counted } from '../../data/format.js';
import { base } from '../../styles/base.js';
import '../chains/chain-bar.js';
import '../common/ui-icon.js';
import './target-row.js';

const FALL_MS = 700;
/** Most drops at the same time. */
const MOST_DROPS = 12;
/** Most targets that are shown of a chain. */
const MOST_ROWS = 12;

/**
 * A chain from top to bottom; folded, one line. `flow()` animates a request down to the target that served it. Fires `lift`
 * (detail: the target's id), `pin` (detail: the quota) and `fold`.
 */
@customElement('chain-flow')
export class ChainFlow extends LitElement {
  static override styles = [
    base,
    css`
      header { display: flex; min-height: 2.25rem; align-items: center; gap: var(--space-2); }
      header h2 { min-width: 0; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; } header .small { white-space: nowrap; }
      header chain-bar { width: 6rem; flex: none; }
      .fold { min-height: 2rem; width: 1.75rem; margin-inline-start: calc(-1 * var(--space-2)); } .fold[aria-expanded='false'] ui-icon { transform: rotate(-90deg); }
      section.card { padding-block: var(--space-2); } section.card.open { padding-bottom: var(--space-4); }
      .more { padding: var(--space-2) 0 0 1.75rem; }
      @media (max-width: 40rem) { header chain-bar { width: 3.5rem; } }
      ol { position: relative; }
      li { position: relative; padding: var(--space-2) 0 var(--space-2) 1.75rem; border-top: 1px solid var(--line); }
      li:first-child { border-top: 0; }
      li::before { content: ''; position: absolute; left: 0.3125rem; top: 0; bottom: 0; width: 2px; background: var(--line); }
      li:first-child::before { top: 1.1rem; } li:last-child::before { bottom: auto; height: 1.1rem; }
      li:first-child:last-child::before { display: none; }
      li i { position: absolute; left: 0; top: 0.85rem; width: 0.75rem; height: 0.75rem; border-radius: 50%; border: 2px solid var(--line-strong); background: var(--surface); }
      li.next i { border-color: var(--water); background: var(--water); }
      .drop { position: absolute; left: 0.125rem; top: 0.35rem; width: 0.5rem; height: 0.5rem; border-radius: 50%; background: var(--water); z-index: 2; pointer-events: none; }
      .visually-hidden { position: absolute; }
    `,
  ];
  @property() name = '';
  @property({ type: Boolean }) isDefault = false;
  @property({ attribute: false }) targets: readonly TargetView[] = [];
  /** The targets are shown. */
  @property({ type: Boolean }) open = false;
  /** What is left of it, for its line. */
  @property({ attribute: false }) state: ChainState | undefined;

  constructor() {
    super();
    new Ticker(this);
  }

  override render() {
    const next = this.targets.find(
      ({ state, probing, inFlight, forbidden = [] }) =>
        (state === 'available' || state === 'tracking') &&
        // While one request checks a target, others pass it over.
        !(probing === true && inFlight > 0) &&
        forbidden.every(({ chain }) => chain !== this.name),
    )?.target;
    const href = `/admin/chains/${encodeURIComponent(this.name)}`;
    const { open, state, targets } = this;
    const words = open || state === undefined ? '' : availableText(state, state.targets.length);
    return html`<section class="card ${open ? 'open' : ''}" aria-label="Chain ${this.name}">
      <header>
        <button class="quiet icon fold" aria-expanded=${open} aria-label="Targets of ${this.name}" @click=${() => this.#fire('fold')}><ui-icon name="down"></ui-icon></button>
        <h2 title=${this.name}><a href=${href}>${this.name}</a></h2>
        <span class="grow"></span>
        ${this.isDefault ? html`<span class="small muted">default chain</span>` : nothing}
        <span class="small muted number">${words}</span>
        ${open ? nothing : html`<chain-bar .name=${this.name} .state=${state}></chain-bar>`}
      </header>
      ${open ? this.#list(next, href, targets) : nothing}
    </section>`;
  }

  #list(next: string | undefined, href: string, targets: readonly TargetView[]) {
    // The next one is always shown.
    const shown = targets.filter(({ target }, index) => index < MOST_ROWS || target === next);
    const hidden = targets.length - shown.length;
    return html`<ol>
        ${repeat(
          shown,
          ({ target }) => target,
          (target) => html`<li class="${target.target === next ? 'next' : ''}" data-target=${target.target}>
            <i></i>${target.target === next ? html`<span class="visually-hidden">Next:</span>` : ''}
            <target-row .target=${target} .chain=${this.name} @lift=${() => this.#fire('lift', target.target)} @pin=${(event: CustomEvent<QuotaView>) => this.#fire('pin', event.detail)}></target-row>
          </li>`,
        )}
      </ol>
      ${hidden === 0 ? nothing : html`<p class="more small"><a href=${href}>${counted(hidden, 'more target')}</a></p>`}`;
  }

  /** Animates a drop from the top to the target that served the request, or through the chain if none did. */
  flow({ target }: RequestRecord): void {
    if (matchMedia('(prefers-reduced-motion: reduce)').matches || document.hidden) return;
    const list = this.renderRoot.querySelector('ol');
    if (list === null || list.querySelectorAll('.drop').length >= MOST_DROPS) return;
    const row = [...list.querySelectorAll('li')].find(({ dataset }) => dataset.target === target);
    const drop = document.createElement('span');
    drop.className = 'drop';
    list.append(drop);
    const depth = row === undefined ? list.clientHeight : row.offsetTop + 8;
    const falling = drop.animate(
      [
        { transform: 'translateY(-8px)', opacity: 0.2 },
        { opacity: 1, offset: 0.15 },
        { transform: `translateY(${depth}px)`, opacity: row === undefined ? 0 : 1 },
      ],
      { duration: FALL_MS, easing: 'cubic-bezier(0.5, 0, 0.8, 1)' },
    );
    falling.onfinish = () => {
      drop.remove();
      row
        ?.querySelector('i')
        ?.animate([{ boxShadow: '0 0 0 0 var(--water)' }, { boxShadow: '0 0 0 10px transparent' }], 500);
    };
  }

  #fire(type: 'lift' | 'pin' | 'fold', detail?: string | QuotaView): void {
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'chain-flow': ChainFlow;
  }
}
