import type { Workload } from '../world.js';

const HIDDEN_LINE = 'limits that no answer states';
const LIES = 'times that are not true';

/** Worlds of limits that no answer states beside those that it does, and of hints that are not true. */
export const HIDDEN: readonly Workload[] = [
  {
    name: 'hidden-minute',
    about: 'headers state a day with plenty left, and a minute stands behind it',
    providers: [
      {
        id: 'told',
        dialect: 'suffixed',
        models: ['a'],
        limits: [
          { requests: 5_000, per: '1d', counting: 'fixed' },
          { requests: 30, per: '1m', counting: 'fixed', hidden: true },
        ],
      },
      {
        id: 'terse',
        dialect: 'answers-only',
        models: ['b'],
        limits: [
          { requests: 5_000, per: '1d', counting: 'fixed' },
          { requests: 20, per: '1m', counting: 'sliding', hidden: true },
        ],
      },
      {
        id: 'bucket',
        dialect: 'answers-only',
        models: ['c'],
        limits: [
          { tokens: 5_000_000, per: '1d', counting: 'fixed' },
          { requests: 5_000, per: '1d', counting: 'fixed' },
          { requests: 15, per: '1m', counting: 'refilling', hidden: true },
        ],
      },
    ],
    chains: { default: ['told/a', 'terse/b', 'bucket/c'] },
    arrivals: { load: 0.75 },
    minutes: 60,
    reach: { line: HIDDEN_LINE, answered: 100, wastedLater: 40 },
  },
  {
    name: 'hidden-overload',
    about: 'the same with one target, asked 130 % of what it allows',
    providers: [
      {
        id: 'told',
        dialect: 'suffixed',
        models: ['a'],
        limits: [
          { requests: 14_400, per: '1d', counting: 'fixed' },
          { requests: 30, per: '1m', counting: 'fixed', hidden: true },
        ],
      },
    ],
    chains: { default: ['told/a'] },
    arrivals: { load: 1.3 },
    minutes: 60,
    reach: { line: HIDDEN_LINE, yield: 90, wastedLater: 40 },
  },
  {
    name: 'hidden-hour',
    about: 'headers state a minute, and an hour stands behind it',
    providers: [
      {
        id: 'told',
        dialect: 'suffixed',
        models: ['a'],
        limits: [
          { requests: 20, per: '1m', counting: 'fixed' },
          { requests: 300, per: '1h', counting: 'fixed', hidden: true },
        ],
      },
      {
        id: 'terse',
        dialect: 'answers-only',
        models: ['b'],
        limits: [
          { requests: 30, per: '1m', counting: 'sliding' },
          { requests: 400, per: '1h', counting: 'sliding', hidden: true },
        ],
      },
      { id: 'open', dialect: 'suffixed', models: ['c'], limits: [{ requests: 15, per: '1m', counting: 'fixed' }] },
    ],
    chains: { default: ['told/a', 'terse/b', 'open/c'] },
    arrivals: { load: 0.75 },
    minutes: 240,
    firstMinutes: 120,
    reach: { line: HIDDEN_LINE, answered: 100, wastedLater: 40 },
  },
  {
    name: 'hidden-seconds',
    about: 'headers state a minute or a day, and ten seconds or a second stand behind it',
    providers: [
      {
        id: 'told',
        dialect: 'suffixed',
        models: ['a'],
        limits: [
          { requests: 30, per: '1m', counting: 'fixed' },
          { requests: 6, per: '10s', counting: 'fixed', hidden: true },
        ],
      },
      {
        id: 'terse',
        dialect: 'answers-only',
        models: ['b'],
        limits: [
          { requests: 5_000, per: '1d', counting: 'fixed' },
          { requests: 3, per: '1s', counting: 'sliding', hidden: true },
        ],
      },
    ],
    chains: { default: ['told/a', 'terse/b'] },
    // Shows that windows shorter than a minute are found. The ledger counts a request until a second after its answer began,
    // about 1.5 s in all, so that it can use two thirds of a limit per second. It assumes a minute at first, which leaves
    // little room until the real window is found: the load is low, so that no request waits in vain meanwhile.
    arrivals: { load: 0.3 },
    minutes: 60,
    reach: { line: HIDDEN_LINE, answered: 100, wastedLater: 40 },
  },
  {
    name: 'wrong-known',
    about: 'the provider type knows 30 a minute, and the provider allows 12',
    providers: [
      {
        id: 'groq',
        dialect: 'as-groq',
        models: ['small'],
        limits: [
          { requests: 5_000, per: '1d', counting: 'fixed' },
          { requests: 12, per: '1m', counting: 'fixed', hidden: true },
        ],
      },
      {
        id: 'sliding',
        dialect: 'as-groq',
        models: ['large'],
        limits: [{ requests: 15, per: '1m', counting: 'sliding', hidden: true }],
      },
    ],
    chains: { default: ['groq/small', 'sliding/large'] },
    arrivals: { load: 0.75 },
    minutes: 60,
    reach: { line: HIDDEN_LINE, answered: 100, wastedLater: 40 },
  },
  {
    name: 'hasty-hints',
    about: 'Retry-After is always 0, always 1, or a date long past',
    providers: [
      { id: 'zero', dialect: 'at-once', models: ['a'], limits: [{ requests: 20, per: '1m', counting: 'fixed' }] },
      { id: 'one', dialect: 'in-a-second', models: ['b'], limits: [{ requests: 15, per: '1m', counting: 'sliding' }] },
      { id: 'past', dialect: 'long-ago', models: ['c'], limits: [{ requests: 300, per: '1h', counting: 'sliding' }] },
    ],
    chains: { default: ['past/c', 'zero/a', 'one/b'] },
    arrivals: { load: 0.75 },
    minutes: 240,
    firstMinutes: 120,
    reach: { line: LIES, answered: 100, wastedLater: 40 },
  },
];
