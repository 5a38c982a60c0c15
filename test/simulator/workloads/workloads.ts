import {
  BY_TOKENS,
  COUNTING_BOUNDS,
  COUNTING_BOUNDS_SILENTLY,
  DAY_SPENT,
  GRUDGING,
  OVER_DAY_SPENT,
  OVER_TELLING,
  OVER_WRITTEN,
  SILENT,
  SKEWED,
  SMALL_MINUTES,
  TACITURN,
  TELLING,
  WRITTEN,
} from '../accounts.js';
import type { Kind } from '../arrivals.js';
import type { Workload } from '../world.js';
import { DECLARED } from './declared-workloads.js';
import { HIDDEN } from './hidden-workloads.js';

/** Small requests, and some that exceed what some providers allow per minute. */
const SIZES: readonly Kind[] = [
  { share: 70, prompt: [100, 400], completion: [40, 300], bound: 300 },
  { share: 25, prompt: [1_000, 3_000], completion: [100, 500], bound: 600 },
  { share: 4, prompt: [5_500, 6_800], completion: [100, 500], bound: 600 },
  { share: 1, prompt: [9_000, 20_000], completion: [100, 500], bound: 600 },
];

/** Agents: a large bound with every request, and small answers. */
const AGENTS: readonly Kind[] = [
  { share: 8, prompt: [200, 2_000], completion: [40, 400], bound: 32_000 },
  { share: 2, prompt: [200, 2_000], completion: [400, 1_000], bound: 32_000 },
];

const TELLS = 'headers tell, load below capacity';
const QUIET = 'silent providers, nothing configured';
const WROTE = 'limits written down';
const ASKED_MORE = 'asked 110 % of capacity';
const AGENT = 'agents: large bounds, small answers';
const DAY = 'day used up';
const FLAKY = 'no line of the table: as below capacity, but for calls that fail';

/** Every world that the engine runs in, and what it must reach there. */
export const WORKLOADS: readonly Workload[] = [
  {
    name: 'steady',
    about: '75 % of the capacity of providers with headers',
    providers: TELLING,
    chains: { default: OVER_TELLING },
    arrivals: { load: 0.75 },
    minutes: 60,
    reach: { line: TELLS, answered: 100, wasted: 5 },
  },
  {
    name: 'overload',
    about: '110 % of the capacity of the same providers',
    providers: TELLING,
    chains: { default: OVER_TELLING },
    arrivals: { load: 1.1 },
    minutes: 60,
    reach: { line: ASKED_MORE, yield: 98, wasted: 10 },
  },
  {
    name: 'herd',
    about: 'three times 5 x the quota at once, with unknown limits at first',
    providers: [
      { id: 'plain', dialect: 'openai', models: ['large'], limits: [{ requests: 30, per: '1m', counting: 'fixed' }] },
      { id: 'slide', dialect: 'suffixed', models: ['m'], limits: [{ requests: 20, per: '1m', counting: 'sliding' }] },
    ],
    chains: { default: { targets: ['plain/large', 'slide/m'], maxWait: '15m' } },
    arrivals: { herd: 250, atMinutes: [0, 12, 24.5] },
    minutes: 40,
    reach: { line: 'herd of 5 x the quota at once', answered: 100, firstHerd: 200 },
  },
  {
    name: 'day-used-up',
    about: 'four accounts whose day is spent, before two that serve; one day ends in between',
    providers: [...DAY_SPENT, ...TELLING],
    chains: { default: [...OVER_DAY_SPENT, ...OVER_TELLING] },
    arrivals: { load: 0.4 },
    startsAt: '2026-03-03T21:41:17.345Z',
    minutes: 240,
    reach: { line: DAY, answered: 100, wastedPerTargetAndHour: 1 },
  },
  {
    name: 'silent',
    about: 'three providers that state nothing but 429, without configured limits',
    providers: SILENT,
    chains: { default: ['fixed/a', 'sliding/b', 'bucket/c'] },
    arrivals: { load: 0.75 },
    minutes: 60,
    reach: { line: QUIET, answered: 100, wastedLater: 40 },
  },
  {
    name: 'silent-windows',
    about: 'the same with windows of ten seconds and of an hour',
    providers: [
      { id: 'short', dialect: 'silent', models: ['a'], limits: [{ requests: 5, per: '10s', counting: 'fixed' }] },
      { id: 'long', dialect: 'silent', models: ['b'], limits: [{ requests: 300, per: '1h', counting: 'sliding' }] },
      { id: 'bucket', dialect: 'silent', models: ['c'], limits: [{ requests: 20, per: '1m', counting: 'refilling' }] },
    ],
    chains: { default: ['long/b', 'short/a', 'bucket/c'] },
    arrivals: { load: 0.75 },
    minutes: 240,
    firstMinutes: 120,
    reach: { line: QUIET, answered: 100, wastedLater: 40 },
  },
  {
    name: 'few-words',
    about: 'Retry-After alone, remaining without a reset, a countdown without one',
    providers: TACITURN,
    chains: { default: ['hinted/a', 'mistral/small', 'cohere/c', 'dated/d'] },
    arrivals: { load: 0.75 },
    minutes: 60,
    reach: { line: QUIET, answered: 100, wastedLater: 40 },
  },
  {
    name: 'written',
    about: 'providers without headers, with configured limits, 85 % of their capacity',
    providers: WRITTEN,
    chains: { default: OVER_WRITTEN },
    arrivals: { load: 0.85 },
    minutes: 60,
    reach: { line: WROTE, answered: 100, wasted: 0 },
  },
  {
    name: 'written-overload',
    about: 'the same at 130 %',
    providers: WRITTEN,
    chains: { default: OVER_WRITTEN },
    arrivals: { load: 1.3 },
    minutes: 60,
    reach: { line: WROTE, yield: 95, wasted: 0 },
  },
  {
    name: 'flaky',
    about: '15 % of all calls fail: 500, 503, broken connections, silence',
    providers: TELLING.map((each) => ({
      ...each,
      failing: { share: 0.15, kinds: ['error', 'overloaded', 'reset', 'hang'] },
    })),
    chains: { default: OVER_TELLING },
    arrivals: { load: 0.5 },
    minutes: 60,
    // When every target of the chain fails a request in turn, it gets no answer.
    reach: { line: FLAKY, answered: 99.5, wasted: 5 },
  },
  {
    name: 'mixed-sizes',
    about: 'small and very large requests with token limits; some never fit the first target',
    providers: BY_TOKENS,
    chains: { default: { targets: ['groq/gpt-oss-120b', 'cerebras/gpt-oss-120b', 'plain/large'], maxWait: '90s' } },
    arrivals: { load: 0.75, kinds: SIZES },
    minutes: 60,
    reach: { line: TELLS, answered: 100, wasted: 5 },
  },
  {
    name: 'large-bounds',
    about: 'agents with large bounds and small answers, on small limits of tokens',
    providers: SMALL_MINUTES,
    chains: { default: ['plain/large', 'draft/medium'] },
    arrivals: { load: 0.75, kinds: AGENTS },
    minutes: 60,
    reach: { line: AGENT, answered: 100, wastedLater: 40 },
  },
  {
    name: 'counted-bounds',
    about: 'the same at providers that count the bound beforehand, and say so',
    providers: COUNTING_BOUNDS,
    chains: { default: ['worded/a', 'cerebras/gpt-oss-120b'] },
    arrivals: { load: 0.7, kinds: AGENTS },
    minutes: 60,
    reach: { line: AGENT, answered: 100, wastedLater: 40 },
  },
  {
    name: 'counted-silently',
    about: 'the same at providers whose refusals do not explain it',
    providers: COUNTING_BOUNDS_SILENTLY,
    chains: { default: ['bare/a', 'silent/b'] },
    arrivals: { load: 0.7, kinds: AGENTS },
    minutes: 60,
    reach: { line: AGENT, answered: 100, wastedLater: 40 },
  },
  {
    name: 'shared-targets',
    about: 'eight chains with the same targets, two of them models of one account',
    providers: [
      ...TELLING,
      {
        id: 'stamped',
        dialect: 'epoch',
        models: ['one', 'two'],
        limits: [{ requests: 25, per: '1m', counting: 'fixed' }],
      },
      {
        id: 'openrouter',
        dialect: 'openrouter',
        models: ['gemma:free', 'llama:free'],
        limits: [{ requests: 20, per: '1m', counting: 'fixed' }],
      },
    ],
    chains: {
      default: [...OVER_TELLING, 'stamped/one'],
      quick: ['cerebras/gpt-oss-120b', 'stamped/two', 'plain/large'],
      careful: ['openrouter/gemma:free', 'draft/medium', 'groq/llama-3.1-8b-instant', 'stamped/one'],
      large: ['plain/large', 'openrouter/llama:free', 'stamped/two'],
      agents: ['stamped/one', 'stamped/two', 'groq/llama-3.1-8b-instant', 'plain/large'],
      batch: ['draft/medium', 'openrouter/llama:free', 'openrouter/gemma:free', 'cerebras/gpt-oss-120b', 'plain/large'],
      chat: ['groq/llama-3.1-8b-instant', 'openrouter/gemma:free', 'stamped/one'],
      last: ['openrouter/llama:free', 'stamped/two', 'draft/medium', 'cerebras/gpt-oss-120b'],
    },
    arrivals: { load: 0.75 },
    minutes: 60,
    reach: { line: TELLS, answered: 100, wasted: 5 },
  },
  {
    name: 'restart',
    about: 'an orderly stop and a kill -9, with spent days and learned limits',
    providers: [...DAY_SPENT, ...SILENT, ...TELLING],
    chains: { default: [...OVER_DAY_SPENT, 'fixed/a', 'sliding/b', ...OVER_TELLING] },
    arrivals: { load: 0.6 },
    minutes: 90,
    restarts: [
      { atMinute: 25, how: 'stop' },
      { atMinute: 50, how: 'kill' },
    ],
    reach: { line: DAY, answered: 100, wastedByRestart: 0 },
  },
  {
    name: 'skew',
    about: 'clocks that are seconds off, and a network that reorders',
    providers: SKEWED,
    chains: { default: ['behind/a', 'ahead/b', 'relative/c', 'openrouter/gemma:free'] },
    arrivals: { load: 0.75 },
    minutes: 60,
    reach: { line: TELLS, answered: 100, wasted: 5 },
  },
  {
    name: 'refused-count',
    about: 'refused calls count against the quota that refused them',
    providers: GRUDGING,
    chains: { default: ['stubborn/a', 'hinted/b', 'openrouter/gemma:free'] },
    arrivals: { load: 0.75 },
    minutes: 60,
    reach: { line: QUIET, answered: 100, wastedLater: 40 },
  },
  ...HIDDEN,
  ...DECLARED,
];
