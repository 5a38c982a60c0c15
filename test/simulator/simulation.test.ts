import { expect } from 'chai';
import { plansOf } from './arrivals.js';
import { capacityOf } from './capacity.js';
import { figuresOf } from './figures.js';
import { askOracle } from './oracle.js';
import { simulate } from './simulation.js';
import type { Workload } from './world.js';

const FIXED: Workload = {
  name: 'one window',
  about: 'one provider, one window, headers that tell',
  providers: [
    { id: 'one', dialect: 'openai', models: ['m'], limits: [{ requests: 10, per: '1m', counting: 'fixed' }] },
  ],
  chains: { default: ['one/m'] },
  arrivals: { load: 2 },
  minutes: 10,
  reach: { line: 'none' },
};

describe('The simulator', () => {
  it('repeats itself for the same seed, call by call', async () => {
    const [first, second] = [await simulate(FIXED, 3), await simulate(FIXED, 3)];
    expect(first.calls.length).to.be.greaterThan(50);
    expect(second.calls).to.deep.equal(first.calls);
    expect([...second.unanswered]).to.deep.equal([...first.unanswered]);
  });

  it('takes another course for another seed', () => {
    expect(plansOf(FIXED, 4)).not.to.deep.equal(plansOf(FIXED, 3));
  });

  it('restores the real time', async () => {
    const before = Date.now();
    await simulate(FIXED, 1);
    expect(Date.now() - before).to.be.within(0, 10_000);
    expect(globalThis.setTimeout.name).to.equal('setTimeout');
  });

  it('has an oracle that serves what arithmetic predicts: ten in each window with requests', () => {
    const plans = plansOf(FIXED, 1);
    // Ten minutes that start within a window, and the wait of the last request.
    expect(askOracle(FIXED, plans).served).to.be.within(105, 110);
  });

  it('finds the load that a world can sustain', () => {
    expect(capacityOf(FIXED)).to.be.within(8, 10);
  });

  it('admits no more than a limit allows, whatever the engine does', async () => {
    const figures = figuresOf(FIXED, await simulate(FIXED, 1));
    expect(figures.targets).to.have.lengthOf(1);
    expect(figures.targets[0]?.busiestMinute).to.equal(10);
  });

  it('restarts the engine on the same data folder, and its callers retry', async () => {
    const restarted: Workload = {
      ...FIXED,
      arrivals: { load: 0.5 },
      restarts: [
        { atMinute: 3, how: 'stop' },
        { atMinute: 6, how: 'kill' },
      ],
    };
    const course = await simulate(restarted, 1);
    expect(course.restarts).to.have.lengthOf(2);
    expect([...course.unanswered.values()]).to.deep.equal([]);
    const afterKill = course.calls.filter(({ sentAt }) => sentAt > (course.restarts[1] as number));
    expect(afterKill.some(({ outcome }) => outcome === 'answered')).to.equal(true);
  });
});
