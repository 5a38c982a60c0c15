import { expect } from 'chai';
import { figuresOf } from './figures.js';
import { together } from './replicas.js';
import { type Course, simulate } from './simulation.js';
import type { Workload, WorldProvider } from './world.js';

const REPLICAS = 3;
/** In percent, and in calls per 1,000 requests. */
const AS_GOOD = 2;

const world = (name: string, about: string, providers: readonly WorldProvider[], load: number): Workload => ({
  name,
  about,
  providers,
  chains: { default: providers.map(({ id, models }) => `${id}/${models[0]}`) },
  arrivals: { load },
  minutes: 8,
  reach: { line: 'none' },
});

const STATING: WorldProvider = {
  id: 'stating',
  dialect: 'openai',
  models: ['m'],
  limits: [
    { requests: 20, per: '1m', counting: 'fixed' },
    { tokens: 12_000, per: '1m', counting: 'fixed' },
  ],
};
const WRITTEN: WorldProvider = {
  id: 'written',
  dialect: 'silent',
  models: ['m'],
  written: true,
  limits: [{ requests: 12, per: '1m', counting: 'sliding' }, { concurrent: 4 }],
};
const SILENT: WorldProvider = {
  id: 'silent',
  dialect: 'silent',
  models: ['m'],
  limits: [{ requests: 15, per: '1m', counting: 'fixed' }],
};

const WORLDS: readonly Workload[] = [
  world('stating', 'a provider that states its limits', [STATING], 0.9),
  world('written', 'a provider that states nothing, with its limits in the configuration', [WRITTEN], 0.9),
  world('all', 'three providers, one of them with limits that have to be learned', [STATING, WRITTEN, SILENT], 0.8),
  world('overload', 'more requests than two providers can serve', [STATING, WRITTEN], 1.6),
];

const linesWith = ({ log }: Course, text: string): readonly string[] => log.filter((line) => line.includes(text));

describe('Three processes that count together', () => {
  for (const workload of WORLDS) {
    it(`waste no more calls than one, and serve as much: ${workload.about}`, async () => {
      const one = figuresOf(workload, await simulate(workload, 1));
      const three = figuresOf(workload, await simulate(workload, 1, together(REPLICAS)));
      expect(three.yield, 'yield').to.be.at.least(one.yield - AS_GOOD);
      expect(three.wastedLater, 'refused calls').to.be.at.most(one.wastedLater + AS_GOOD);
    }).slow(3_000);
  }

  it('get back what one of them held that was killed', async () => {
    const killed: Workload = {
      ...world('killed', 'slots', [{ ...WRITTEN, limits: [{ concurrent: 2 }] }], 0.5),
      minutes: 20,
      restarts: [{ atMinute: 3, how: 'kill' }],
    };
    const course = await simulate(killed, 1, together(REPLICAS));
    const [killedAt = 0] = course.restarts;
    const answered = course.calls.filter(
      ({ outcome, sentAt }) => outcome === 'answered' && sentAt > killedAt + 6 * 60_000,
    );
    const plans = course.plans.filter(({ at }) => at > killedAt + 6 * 60_000);
    expect(plans.length).to.be.greaterThan(20);
    expect(answered.length).to.be.at.least(plans.length * 0.98);
    expect(course.calls.filter(({ outcome }) => outcome === 'refused')).to.deep.equal([]);
  }).slow(3_000);

  it('go on with a share of each limit while the store is away, and come back by themselves', async () => {
    const workload = world('away', 'a store that is away', [STATING, WRITTEN], 0.6);
    const course = await simulate(workload, 1, together(REPLICAS, { fromMinute: 4, toMinute: 5 }));
    const figures = figuresOf(workload, course);
    expect(linesWith(course, 'store does not answer: this replica uses 1/3 of each limit')).to.have.lengthOf(REPLICAS);
    expect(figures.answered).to.be.at.least(99);
    expect(figures.wasted).to.be.at.most(10);
  }).slow(3_000);
});
