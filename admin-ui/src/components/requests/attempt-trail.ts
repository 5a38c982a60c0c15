import { css, html } from 'lit';
import type { RequestAttempt } from '../../../../src/contract/requests.js';
import { counted } from '../../data/format.js';
import { endOf } from '../../data/requests/request-words.js';

/** With more marks, a number replaces the rest. */
const MOST = 10;

/** Styles for components with an `attemptTrail`. */
export const attemptTrailStyles = css`
  .marks { display: inline-flex; align-items: center; gap: 0.1875rem; font-size: var(--text-s); color: var(--muted); }
  .marks i { width: 0.5625rem; height: 0.5625rem; border-radius: 50%; flex: none; }
  .marks .served { background: var(--good); }
  .marks .failed { background: var(--bad); border-radius: 0.125rem; }
  .marks .stopped { background: var(--muted); border-radius: 0.125rem; }
  .marks .skipped { border: 2px solid var(--warn); }
`;

/**
 * The attempts of a request as marks: skipped, failed, served. It is not an element: a scrolling list creates hundreds,
 * and shadow roots are expensive.
 */
export const attemptTrail = (attempts: readonly RequestAttempt[]) => {
  const words = wordsFor(attempts);
  // The last marks show how the request ended.
  const shown = attempts.slice(-MOST);
  const before = attempts.length - shown.length;
  return html`<span class="marks" role="img" aria-label=${words} title=${words}>${before > 0 ? `+${before}` : ''}${shown.map((attempt) => html`<i class=${endOf(attempt)}></i>`)}</span>`;
};

const wordsFor = (attempts: readonly RequestAttempt[]): string => {
  const number = (end: ReturnType<typeof endOf>): number => attempts.filter((attempt) => endOf(attempt) === end).length;
  const parts = [
    number('skipped') > 0 ? `${counted(number('skipped'), 'target')} skipped` : '',
    number('failed') > 0 ? `${counted(number('failed'), 'attempt')} failed` : '',
    number('stopped') > 0 ? 'stopped by the caller' : '',
    number('served') > 0 ? 'served' : '',
  ].filter((part) => part !== '');
  return parts.length === 0 ? 'No target was tried' : parts.join(', ');
};
