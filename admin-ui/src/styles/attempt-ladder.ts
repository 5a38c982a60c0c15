import { css } from 'lit';

/** Words on the left, the time axis in the middle, durations on the right; stacked on narrow screens. */
export const attemptLadder = css`
  :host { container-type: inline-size; --words: minmax(14rem, 26rem); --figures: 5.5rem; }
  .axis, .rung { display: grid; grid-template-columns: var(--words) minmax(8rem, 1fr) var(--figures); column-gap: var(--space-4); }
  .axis { position: relative; height: 1.25rem; }
  .axis { display: block; margin-left: calc(min(26rem, 42%) + var(--space-4)); margin-right: calc(var(--figures) + var(--space-4)); }
  .axis span { position: absolute; transform: translateX(-50%); white-space: nowrap; }
  .axis span:first-child { transform: none; }
  .rung { grid-template-columns: min(26rem, 42%) minmax(0, 1fr) var(--figures); align-items: center; padding: var(--space-2) 0; border-top: 1px solid var(--line); }
  .what { display: flex; flex-wrap: wrap; align-items: center; gap: 0.125rem var(--space-2); min-width: 0; }
  .target { font-weight: 600; overflow-wrap: anywhere; }
  .took { text-align: right; white-space: nowrap; }
  .track { position: relative; align-self: stretch; min-height: 1.25rem; background: linear-gradient(90deg, var(--line) 1px, transparent 1px) 0 0 / var(--step, 100%) 100%; border-right: 1px solid var(--line); }
  .bar { position: absolute; top: 50%; height: 0.75rem; margin-top: -0.375rem; min-width: 3px; border-radius: 0.1875rem; }
  .served { background: color-mix(in srgb, var(--good) 45%, var(--surface)); }
  .speaking { background: var(--good); }
  .served:last-child { background: var(--good); }
  .failed { background: var(--bad); }
  .stopped { background: var(--muted); }
  .skipped { min-width: 0; width: 0.5rem !important; height: 0.5rem; margin-top: -0.25rem; margin-left: -1px; border: 2px solid var(--warn); border-radius: 50%; }
  .waiting { background: repeating-linear-gradient(135deg, var(--water) 0 0.1875rem, var(--water-soft) 0.1875rem 0.4375rem); }
  .reason { grid-column: 1 / -1; margin: var(--space-1) 0 0; overflow-wrap: anywhere; max-width: 70rem; }
  blockquote.reason { padding: var(--space-1) var(--space-3); border-left: 3px solid var(--bad); background: var(--sunken); border-radius: 0 var(--radius-s) var(--radius-s) 0; font-family: var(--mono); font-size: var(--text-s); white-space: pre-wrap; }

  @container (max-width: 40rem) {
    .axis { margin: 0; }
    .rung { grid-template-columns: minmax(0, 1fr) auto; row-gap: var(--space-1); }
    .track { grid-column: 1 / -1; grid-row: 2; }
  }
`;
