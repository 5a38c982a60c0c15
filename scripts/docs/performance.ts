import { readFileSync } from 'node:fs';
import { MEASURES } from '../bench/measures.js';
import { CATEGORIES } from '../bench/profile/categories.js';
import type { Share } from '../bench/profile/shares.js';
import { isMet } from '../bench/report/goals.js';
import { numberText, valueText } from '../bench/report/words.js';
import type { Result } from '../bench/result.js';
import { table } from './table.js';

const SAVED = new URL('../../docs/performance.json', import.meta.url);
const MOST_CATEGORIES = 10;

/** The last saved result: `npm run bench -- --write` saves one. */
export const savedResult = (): Result => JSON.parse(readFileSync(SAVED, 'utf8')) as Result;

const goalsTable = ({ values }: Result): string => {
  const rows = MEASURES.map(({ what, unit, goal }) => {
    const value = values[what];
    const verdict = goal === undefined || value === undefined ? '' : isMet(value, goal) ? 'yes' : 'no';
    return [
      what,
      valueText(value ?? Number.NaN, unit),
      goal === undefined ? '' : `≤ ${valueText(goal, unit)}`,
      verdict,
    ];
  });
  return table(['measure', 'measured', 'goal', 'met'], rows);
};

const machineText = ({ date, node, machine, noise, skipped, failures, quick }: Result): string =>
  [
    `Measured on ${date} with Node ${node} on ${machine}${quick ? ', with `--quick`' : ''}.`,
    `Other processes disturbed ${noise.noisy} of ${noise.rounds} rounds. ${failures} requests failed.`,
    ...Object.entries(skipped).map(([phase, why]) => `Not measured: ${phase}, because ${why}.`),
  ].join('\n');

/** The medians of the relays side by side, for the phases that measure all of them. */
const relaysTable = ({ figures }: Result): string => {
  const rows = SIDE_BY_SIDE.map(({ phase, figure, what }) => {
    const lanes = figures[phase] ?? {};
    return [what, ...RELAYS.map((relay) => numberText(lanes[relay]?.[figure] ?? Number.NaN))];
  });
  return table(['figure', 'Node relay', 'Koa relay', 'lean relay', '429chain'], rows);
};

const RELAYS = ['node-floor', 'koa-floor', 'koa-lean', '429chain'] as const;

/** What the table of the relays and the picture show. */
export const SIDE_BY_SIDE = [
  { phase: 'plain', figure: 'cpuUs', what: 'CPU per request, µs' },
  { phase: 'big', figure: 'cpuUs', what: 'CPU per request with a 100 KB prompt, µs' },
  { phase: 'paced', figure: 'cpuUs', what: 'CPU per chunk at 50 a second, µs' },
  { phase: 'full', figure: 'cpuUs', what: 'CPU per chunk at full speed, µs' },
  { phase: 'latency', figure: 'p50', what: 'request at 400 a second, p50, ms' },
  { phase: 'first-token', figure: 'p50', what: 'first token, p50, ms' },
  { phase: 'memory', figure: 'idleMb', what: 'memory without load, MB' },
  { phase: 'start', figure: 'startMs', what: 'start to the first answer, ms' },
] as const;

const reasonOf = (category: string): string => CATEGORIES.find(({ name }) => name === category)?.why ?? '';

const profileTable = (shares: readonly Share[]): string => {
  const rows = shares.slice(0, MOST_CATEGORIES).map(({ category, percent, mostly }) => [
    `${percent.toFixed(1)} %`,
    category,
    reasonOf(category),
    mostly
      .split(', ')
      .filter((name) => name !== '')
      .map((name) => `\`${name}\``)
      .join(', '),
  ]);
  return table(['CPU', 'code', 'what it does', 'mostly in'], rows);
};

const profilesText = ({ profiles }: Result): string =>
  Object.entries(profiles)
    .map(([workload, shares]) => `### ${workload}\n\n${profileTable(shares)}`)
    .join('\n\n');

const BLOCKS: Readonly<Record<string, (result: Result) => string>> = {
  goals: goalsTable,
  machine: machineText,
  relays: relaysTable,
  profiles: profilesText,
};

/** A block of docs/performance.md: `goals`, `machine`, `relays` or `profiles`. */
export const performanceBlock = (kind: string): string => {
  const block = BLOCKS[kind];
  if (block === undefined) throw new Error(`Unknown block "performance ${kind}".`);
  return block(savedResult());
};
