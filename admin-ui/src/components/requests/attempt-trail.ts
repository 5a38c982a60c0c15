import { css, html } from 'lit';
import type { RequestAttempt } from '../../../../src/contract/requests.js';
import { counted } from '../../data/format.js';

/** More marks than this are told as a number. */
const MOST = 10;

/** For whoever shows an `attemptTrail`. */
export const attemptTrailStyles = css`
  .marks { display: inline-flex; align-items: center; gap: 0.1875rem; font-size: var(--text-s); color: var(--muted); }
  .marks i { width: 0.5625rem; height: 0.5625rem; border-radius: 50%; flex: none; }
  .marks .served { background: var(--good); }
  .marks .failed { background: var(--bad); border-radius: 0.125rem; }
  .marks .passed_over { border: 2px solid var(--warn); }
`;

/**
 * The way of a request down its chain in a few marks: passed over, failed, served. No element of its own: a list that
 * scrolls makes and drops them by the hundred, and each shadow root costs.
 */
export const attemptTrail = (attempts: readonly RequestAttempt[]) => {
  const words = wordsFor(attempts);
  // The last ones tell how it ended.
  const shown = attempts.slice(-MOST);
  const before = attempts.length - shown.length;
  return html`<span class="marks" role="img" aria-label=${words} title=${words}>${before > 0 ? `+${before}` : ''}${shown.map(({ outcome }) => html`<i class=${outcome}></i>`)}</span>`;
};

const wordsFor = (attempts: readonly RequestAttempt[]): string => {
  const number = (outcome: RequestAttempt['outcome']): number =>
    attempts.filter((attempt) => attempt.outcome === outcome).length;
  const parts = [
    number('passed_over') > 0 ? `${counted(number('passed_over'), 'target')} passed over` : '',
    number('failed') > 0 ? `${counted(number('failed'), 'attempt')} failed` : '',
    number('served') > 0 ? 'served' : '',
  ].filter((part) => part !== '');
  return parts.length === 0 ? 'No target was asked' : parts.join(', ');
};
