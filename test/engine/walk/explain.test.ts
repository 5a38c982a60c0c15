import { expect } from 'chai';
import fc from 'fast-check';
import type { Explanation } from '../../../src/contract/explain.js';
import { sizeOf } from '../../../src/engine/attempt/request/request-size.js';
import { Caller } from '../../../src/engine/caller.js';
import type { ChainRequest } from '../../../src/engine/request.js';
import { chainOver, HELLO, type RunningProxy, startProxy } from '../../proxy.js';
import { type Answerer, answer, hangUp, reply, ScriptedUpstream, silence } from '../../scripted-upstream.js';
import { TurningClock } from '../../turning-clock.js';
import { until } from '../../until.js';

const requestFor = ({ app }: RunningProxy, model: string, id: string): ChainRequest => {
  const body = { model, messages: HELLO };
  const chain = app.runtime.chains.resolve(model);
  const size = sizeOf(body);
  return { id, chain, path: '/chat/completions', body, stream: false, size, caller: new Caller(), keyLabel: 'key 1' };
};

const told = (remaining: string, reset: string): Record<string, string> => ({
  'x-ratelimit-limit-requests': '5',
  'x-ratelimit-remaining-requests': remaining,
  'x-ratelimit-reset-requests': reset,
});

/** What providers may have answered before. */
const ANSWERS: Readonly<Record<string, Answerer>> = {
  'an answer': answer('hi'),
  'one left': answer('hi', told('1', '3s')),
  'none left': answer('hi', told('0', '3s')),
  'none left for long': answer('hi', told('0', '3600s')),
  '429 for a while': reply(429, { error: { message: 'spent' } }, { 'retry-after': '2' }),
  '429 for long': reply(429, { error: { message: 'spent' } }, { 'retry-after': '600' }),
  'a bare 429': reply(429, { error: { message: 'spent' } }),
  'a refused key': reply(401, { error: { message: 'Invalid API Key' } }),
  'no credit': reply(402, { error: { message: 'Insufficient Balance' } }),
  'an unknown model': reply(404, { error: { message: 'no such model', code: 'model_not_found' } }),
  'an error': reply(500, { error: { message: 'oops' } }),
  'a broken connection': hangUp,
  silence,
};

const history = fc.array(
  fc.record({
    target: fc.constantFrom('one/a-model', 'two/a-model', 'three/a-model', 'x'),
    answers: fc.array(fc.constantFrom(...Object.keys(ANSWERS)), { minLength: 3, maxLength: 3 }),
    later: fc.constantFrom(0, 0, 100, 2_500, 61_000),
  }),
  { maxLength: 8 },
);

describe('Explain', () => {
  it('says in every state what the waterfall then does', async () => {
    const kinds = new Set<string>();
    const upstreams = await Promise.all([1, 2, 3].map(() => ScriptedUpstream.start()));
    const check = async (
      past: { target: string; answers: string[]; later: number }[],
      chain: object,
      limited: boolean,
    ): Promise<void> => {
      const clock = new TurningClock();
      const provider = limited ? { limits: [{ requests: 4, per: '1m' }, { concurrent: 2 }] } : {};
      const proxy = await startProxy(chainOver(upstreams, chain, provider), { clock });
      const { waterfall } = proxy.app.runtime;
      const callers: Caller[] = [];
      const asking = new Set<Caller>();
      const launch = (request: ChainRequest): Promise<unknown> => {
        callers.push(request.caller);
        const run = waterfall.run(request).then(
          ({ end, target }) => end(200, target),
          (error: unknown) => error,
        );
        return run;
      };
      try {
        const asked: string[] = [];
        for (const [index, { target, answers, later }] of past.entries()) {
          for (const [at, upstream] of upstreams.entries()) {
            upstream.always((res, request) => {
              asked.push(NAMES[at] as string);
              return (ANSWERS[answers[at] as string] as Answerer)(res, request);
            });
          }
          const [before, waited] = [asked.length, waterfall.waiting];
          let over = false;
          void launch(requestFor(proxy, target, `past-${index}`)).finally(() => {
            over = true;
          });
          const hangs = (): boolean =>
            asked.length > before && answers[NAMES.indexOf(asked.at(-1) ?? '')] === 'silence';
          await until(() => over || hangs() || waterfall.waiting > waited);
          const caller = callers.at(-1);
          if (caller !== undefined && hangs()) asking.add(caller);
          // Only real time and changes of the ledger wake the queue. A turned clock is neither.
          if (later > 0) for (const caller of callers) if (!asking.has(caller)) caller.leave();
          clock.turn(later);
        }
        const explanation = await waterfall.explain(requestFor(proxy, 'x', 'dry'));
        for (const [at, upstream] of upstreams.entries()) {
          upstream.always((res, request) => {
            asked.push(NAMES[at] as string);
            return answer('hi')(res, request);
          });
        }
        const [before, waited] = [asked.length, waterfall.waiting];
        let refusal: unknown;
        void launch(requestFor(proxy, 'x', 'real')).then((error) => {
          refusal = error;
        });
        await until(() => asked.length > before || waterfall.waiting > waited || refusal !== undefined);
        kinds.add(explanation.decision.kind);
        compare(explanation, asked[before], waterfall.waiting > waited, refusal);
      } finally {
        for (const caller of callers) caller.leave();
        await proxy.close();
      }
    };
    try {
      const chain = fc.record({
        maxWait: fc.constantFrom('0s', '5s', '1h'),
        patience: fc.constantFrom('0s', '0s', '4s'),
      });
      const spent = [{ target: 'x', answers: Array<string>(3).fill('429 for long'), later: 0 }];
      // Chance alone would not bring about every kind of decision in every run.
      const examples: [typeof spent, { maxWait: string; patience: string }, boolean][] = [
        [[], { maxWait: '0s', patience: '0s' }, false],
        [spent, { maxWait: '0s', patience: '0s' }, false],
        [spent, { maxWait: '1h', patience: '0s' }, false],
      ];
      await fc.assert(fc.asyncProperty(history, chain, fc.boolean(), check), { numRuns: 60, examples });
    } finally {
      await Promise.all(upstreams.map((upstream) => upstream.close()));
    }
    expect([...kinds]).to.have.members(['asks', 'waits', 'refuses']);
  });

  it('tells hooks that nothing will be sent, so that a hook that counts counts only what is sent', async () => {
    const upstreams = await Promise.all([1, 2].map(() => ScriptedUpstream.start()));
    const proxy = await startProxy(chainOver(upstreams));
    try {
      const { waterfall, host } = proxy.app.runtime;
      const asked: string[] = [];
      let left = 2;
      host.hooks.beforeAttempt.tap('budget', ({ target, dryRun }) => {
        asked.push(`${target.id}${dryRun ? ' dry' : ''}`);
        if (target.provider !== 'one') return undefined;
        if (left === 0) return { reason: 'the budget is spent' };
        if (!dryRun) left--;
        return undefined;
      });
      const decisions: unknown[] = [];
      for (let index = 0; index < 3; index++) {
        for (let looks = 0; looks < 3; looks++) {
          decisions.push((await waterfall.explain(requestFor(proxy, 'x', 'dry'))).decision);
        }
        const { end, target } = await waterfall.run(requestFor(proxy, 'x', `real-${index}`));
        end(200, target);
        expect(decisions.splice(0)).to.deep.equal(Array(3).fill({ kind: 'asks', target: target.id }));
      }
      expect(asked.filter((each) => !each.endsWith('dry'))).to.deep.equal([
        'one/a-model',
        'one/a-model',
        'one/a-model',
        'two/a-model',
      ]);
    } finally {
      await proxy.close();
      await Promise.all(upstreams.map((upstream) => upstream.close()));
    }
  });
});

const NAMES = ['one', 'two', 'three'];

const compare = (
  { decision, targets }: Explanation,
  first: string | undefined,
  waits: boolean,
  refusal: unknown,
): void => {
  const did = first !== undefined ? `asks ${first}/a-model` : waits ? 'waits' : `refuses ${statusOf(refusal)}`;
  const said =
    decision.kind === 'asks'
      ? `asks ${decision.target}`
      : decision.kind === 'refuses'
        ? `refuses ${decision.status}`
        : 'waits';
  expect(said, JSON.stringify({ decision, targets })).to.equal(did);
};

const statusOf = (error: unknown): unknown => (error as { status?: unknown } | undefined)?.status;
