import { css, html, LitElement } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import type { ChainState, TargetLeft } from '../../data/chains/chain-state.js';
import { counted } from '../../data/format.js';
import { base } from '../../styles/base.js';

/** With more targets, a part stands for several. */
const MOST_PARTS = 24;
/** With more parts, they have no borders and no gaps. */
const MOST_APART = 10;
/** Less is shown as nearly used up. */
const LOW = 0.15;

const WORDS: Readonly<Record<TargetLeft['kind'], string>> = {
  usable: 'no limit known',
  resting: 'exhausted',
  off: 'skipped',
  unknown: 'unknown',
};

/** What is left of a chain: a part for each target, in their order. */
@customElement('chain-bar')
export class ChainBar extends LitElement {
  static override styles = [
    base,
    css`
      .bar { display: flex; gap: 2px; height: 0.75rem; }
      .part { position: relative; flex: 1; min-width: 0; background: var(--sunken); border: 1px solid var(--line); border-radius: 0.1875rem; overflow: hidden; }
      .many { gap: 1px; background: var(--sunken); } .many .part { border-inline-width: 0; border-radius: 0; }
      i { position: absolute; inset: 0; background: var(--water); transform-origin: left; transition: transform 600ms cubic-bezier(0.2, 0.7, 0.2, 1); }
      i.low { background: var(--warn); }
      i.open { background: repeating-linear-gradient(135deg, var(--water) 0 0.1875rem, transparent 0.1875rem 0.375rem); opacity: 0.6; }
    `,
  ];
  @property() name = '';
  @property({ attribute: false }) state: ChainState | undefined;

  override render() {
    const { targets = [], left, usable = 0 } = this.state ?? {};
    const percent = left === undefined ? undefined : Math.round(left * 100);
    const open = targets.filter(({ kind, left }) => kind === 'usable' && left === undefined).length;
    const share = percent === undefined ? '' : ` ${percent} % of the known limits is left.`;
    const words = `${usable} of ${counted(targets.length, 'target')} available.${share}${open === 0 ? '' : ` ${open} without a known limit.`}`;
    const each = Math.ceil(targets.length / MOST_PARTS);
    const parts = targets.flatMap((_, index) => (index % each === 0 ? [targets.slice(index, index + each)] : []));
    return html`<div class="bar ${parts.length > MOST_APART ? 'many' : ''}" role="meter" aria-label="Left of ${this.name}" aria-valuemin="0" aria-valuemax="100" aria-valuenow=${percent ?? 0} aria-valuetext=${words}>
      ${parts.map((part) => this.#part(part))}
    </div>`;
  }

  #part(targets: readonly TargetLeft[]) {
    const known = targets.flatMap(({ left }) => (left === undefined ? [] : [left]));
    const isOpen = known.length === 0 && targets.some(({ kind }) => kind === 'usable');
    const share = isOpen ? 1 : known.reduce((sum, left) => sum + left, 0) / (known.length || 1);
    const look = isOpen ? 'open' : share < LOW ? 'low' : '';
    return html`<div class="part" title=${targets.map(wordsOf).join('\n')}><i class=${look} .style=${`transform: scaleX(${share})`}></i></div>`;
  }
}

const wordsOf = ({ target, kind, left }: TargetLeft): string =>
  `${target}: ${left === undefined || kind === 'resting' ? WORDS[kind] : `${Math.round(left * 100)} % left`}`;

declare global {
  interface HTMLElementTagNameMap {
    'chain-bar': ChainBar;
  }
}
