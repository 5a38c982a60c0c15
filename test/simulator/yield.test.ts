import { expect } from 'chai';
import { figuresOf } from './figures.js';
import { judge } from './reach.js';
import { simulate } from './simulation.js';
import { WORKLOADS } from './workloads/workloads.js';

/**
 * Short courses of the bench's workloads, in minutes, for every run of the tests. `npm run bench:yield` runs all of them in
 * full. A pair also shortens the time in which refusals do not count.
 */
const SHORT: Readonly<Record<string, number | readonly [minutes: number, firstMinutes: number]>> = {
  steady: 6,
  overload: 10,
  herd: 40,
  silent: 12,
  'few-words': 12,
  written: 6,
  flaky: 12,
  'mixed-sizes': 3,
  'large-bounds': 8,
  'counted-bounds': 6,
  'counted-silently': 6,
  'shared-targets': 8,
  skew: 40,
  'refused-count': 15,
  'hidden-minute': 20,
  'hidden-overload': 15,
  'hidden-hour': [80, 65],
  'hidden-seconds': 20,
  'wrong-known': 20,
  'hasty-hints': [45, 30],
  calendar: 48,
  'answers-and-units': 4,
};

/** They take longest, and `npm run test:long` runs them. */
const LONG: ReadonlySet<string> = new Set(['overload', 'herd', 'written', 'mixed-sizes', 'skew']);

describe('The yield of free capacity', () => {
  for (const [name, length] of Object.entries(SHORT)) {
    if (LONG.has(name) && process.env.LONG_TESTS !== '1') continue;
    const [minutes, firstMinutes] = typeof length === 'number' ? [length] : length;
    const workload = WORKLOADS.find((each) => each.name === name);
    if (workload === undefined) throw new Error(`There is no workload ${name}.`);
    it(`reaches its goal: ${workload.about}`, async () => {
      const short = { ...workload, minutes, ...(firstMinutes !== undefined && { firstMinutes }) };
      const verdicts = judge(figuresOf(short, await simulate(short, 1)), workload.reach);
      expect(verdicts).not.to.deep.equal([]);
      expect(verdicts.filter(({ passed }) => !passed).map(({ text }) => text)).to.deep.equal([]);
    }).slow(2_000);
  }
});
