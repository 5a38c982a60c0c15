import { css } from 'lit';

/** Rows of equal height; on narrow screens, a row has two lines. */
export const requestTable = css`
  :host { min-height: 0; }
  .scroller { position: relative; height: 100%; overflow: auto; overflow-anchor: none; overscroll-behavior: contain; background: var(--surface); border: 1px solid var(--line); border-radius: var(--radius); }
  .head, .request { display: grid; grid-template-columns: 6.5rem 3.5rem 8rem minmax(5rem, 1fr) minmax(10rem, 3fr) 8.5rem 4.5rem 6rem; align-items: center; column-gap: var(--space-3); padding: 0 var(--space-4); }
  .head { position: sticky; top: 0; z-index: 2; height: 2rem; background: var(--surface); border-bottom: 1px solid var(--line); color: var(--muted); font-size: var(--text-s); font-weight: 550; }
  .space { position: relative; contain: layout; }
  .request { position: absolute; inset: 0 0 auto; border-bottom: 1px solid var(--line); contain: layout style; }
  .request:hover { background: var(--sunken); }
  .request:focus-within { background: var(--accent-soft); }
  .tokens, .took { text-align: right; }
  .time a { color: inherit; text-decoration: none; }
  .time a::after { content: ''; position: absolute; inset: 0; }
  .time a:focus-visible { box-shadow: none; }
  .time a:focus-visible::after { box-shadow: inset 0 0 0 2px var(--accent); border-radius: var(--radius-s); }
  b { font-weight: 620; font-variant-numeric: tabular-nums; }
  .trail, .took { position: relative; }
  .waited { display: inline-block; width: 0.4375rem; height: 0.4375rem; margin-right: 0.375rem; border-radius: 50%; background: var(--water); }
  .end { padding: var(--space-2) var(--space-4); min-height: 2.25rem; }
  :host([density='compact']) .request { font-size: 0.8125rem; }

  .narrow .head { display: none; }
  .narrow .request { grid-template: 'time status trail took' auto 'target target target endpoint' auto / auto auto 1fr auto; align-content: center; column-gap: var(--space-2); row-gap: 0.125rem; padding: 0 var(--space-3); }
  .narrow .time { grid-area: time; }
  .narrow .status { grid-area: status; }
  .narrow .endpoint { grid-area: endpoint; font-size: var(--text-s); color: var(--muted); }
  .narrow .trail { grid-area: trail; }
  .narrow .took { grid-area: took; }
  .narrow .target { grid-area: target; font-size: var(--text-s); }
  .narrow .chain, .narrow .tokens { display: none; }
`;
