import { expect } from 'chai';
import { countTargets, ladderOf } from '../../../admin-ui/src/data/requests/ladder.js';
import { attemptOf, requestOf } from '../logged.js';

const lines = (request: Parameters<typeof ladderOf>[0]): unknown[] =>
  ladderOf(request).map(({ kind, from, to }) => [kind, from, to]);

describe('The timeline of a request', () => {
  it('shows a wait where no attempt was running', () => {
    const attempts = [
      attemptOf('one/a', 'failed', { startedMs: 1, durationMs: 99 }),
      attemptOf('one/a', 'served', { startedMs: 1_100, durationMs: 400 }),
    ];
    expect(lines(requestOf('a', { latencyMs: 1_500, waitedMs: 1_000, attempts }))).to.deep.equal([
      ['attempt', 1, 100],
      ['wait', 100, 1_100],
      ['attempt', 1_100, 1_500],
    ]);
  });

  it('shows a wait without an answer at the end', () => {
    const attempts = [attemptOf('one/a', 'skipped', { startedMs: 0 })];
    expect(lines(requestOf('a', { latencyMs: 1_000, waitedMs: 999, attempts }))).to.deep.equal([
      ['attempt', 0, 0],
      ['wait', 0, 1_000],
    ]);
  });

  it('shows no wait for a gap if the request did not wait', () => {
    const attempts = [attemptOf('one/a', 'served', { startedMs: 50, durationMs: 50 })];
    expect(lines(requestOf('a', { latencyMs: 100, attempts }))).to.deep.equal([['attempt', 50, 100]]);
  });

  it('shows attempts of an older log one after another', () => {
    const attempts = [
      attemptOf('one/a', 'failed', { startedMs: undefined, durationMs: 30 }),
      attemptOf('two/a', 'served', { startedMs: undefined, durationMs: 90 }),
    ];
    expect(lines(requestOf('a', { latencyMs: 100, attempts }))).to.deep.equal([
      ['attempt', 0, 30],
      ['attempt', 30, 100],
    ]);
  });

  it('counts a target once, and as called if it was also skipped', () => {
    const attempts = [
      attemptOf('one/a', 'skipped'),
      attemptOf('two/a', 'skipped'),
      attemptOf('one/a', 'failed'),
      attemptOf('one/a', 'served'),
    ];
    expect(countTargets(attempts)).to.deep.equal({ asked: 1, skipped: 1 });
  });
});
