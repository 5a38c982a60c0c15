import { expect } from 'chai';
import { builtIns } from '../../plugins/index.js';
import { type Aspect, AT, CASES, meaningOf, nameOf, tellOf } from './captured.js';
import { hostOf, type SimulatedHost } from './simulated-host.js';

/** Waits that no response states but documentation does, in ms from `AT`. */
const DOCUMENTED: Readonly<Record<string, { readonly wait: number; readonly why: string }>> = {
  'mistral 429 requests per minute spent (no retry-after, token pair dropped); fixed wall-clock minute': {
    wait: 30_000,
    why: 'the next wall-clock minute',
  },
  'mistral 429 with limit 0: the plan never allows this model, same body': {
    wait: Number.POSITIVE_INFINITY,
    why: 'limit 0',
  },
  'gemini 429 limit: 0: model has no free tier; the retry hint is meaningless': {
    wait: Number.POSITIVE_INFINITY,
    why: 'limit 0',
  },
  'gateway 429 re-wrapped by a gateway: code is the STRING "429", reset information lost': {
    wait: Date.parse('2026-10-02T00:00:00Z') - AT,
    why: "OpenRouter's free day ends at 00:00 UTC",
  },
};

/** Where the built-in plugins differ from the fixture, and why. */
const UNMET: Readonly<Record<string, { readonly aspect: Aspect; readonly got: unknown; readonly why: string }>> = {
  'groq 400 tool_use_failed: the model, not the caller, produced bad output; another provider may succeed': {
    aspect: 'scope',
    got: 'nothing',
    why: 'bad_request rests nothing (design, 6); the next target is asked all the same',
  },
  'groq mid-stream error frame: "event: error" with error.status_code, then end of stream without [DONE]': {
    aspect: 'scope',
    got: 'nothing',
    why: 'bad_request rests nothing (design, 6); the next target is asked all the same',
  },
  'openai 200 headers per docs (requests per minute and tokens per minute, Go durations)': {
    aspect: 'limits',
    got: ['requests undefined 60 59 1000', 'tokens undefined 150000 149984 360000'],
    why: 'the same names are a day and a minute at Groq: without a type of its own the window stays open',
  },
};

describe('captured provider answers', () => {
  let host: SimulatedHost;

  before(async () => {
    host = await hostOf(builtIns);
  });

  it('are complete', () => {
    expect(CASES).to.have.length(161);
    const names = CASES.map(nameOf);
    expect(new Set(names).size).to.equal(161);
    expect([...Object.keys(UNMET), ...Object.keys(DOCUMENTED)].filter((name) => !names.includes(name))).to.deep.equal(
      [],
    );
  });

  for (const each of CASES) {
    it(`are understood: ${nameOf(each)}`, () => {
      const told = tellOf(host, each);
      const meant = meaningOf(each);
      if (each.meaning.alternatives?.some((other) => other === told.class)) meant.class = told.class;
      const documented = DOCUMENTED[nameOf(each)];
      if (documented !== undefined) meant.wait = documented.wait;
      const unmet = UNMET[nameOf(each)];
      if (unmet !== undefined) expect(told[unmet.aspect], unmet.why).to.deep.equal(unmet.got);
      for (const aspect of ['class', 'scope', 'limits', 'wait'] as const) {
        if (unmet?.aspect === aspect)
          expect(told[aspect], 'is met: strike it from the table').not.to.deep.equal(meant[aspect]);
        else expect(told[aspect], aspect).to.deep.equal(meant[aspect]);
      }
    });
  }
});
