import { parseArgs } from 'node:util';
import { type Figures, figuresOf } from '../test/simulator/figures.js';
import type { WorldRefusal } from '../test/simulator/gate.js';
import { judge, type Verdict } from '../test/simulator/reach.js';
import { type Course, simulate } from '../test/simulator/simulation.js';
import { WORKLOADS } from '../test/simulator/workloads/workloads.js';
import { startOf, type Workload } from '../test/simulator/world.js';

/** Several, so that nothing is tuned for one of them. */
const SEEDS = ['1', '2', '3'];

/** `npm run bench:yield -- [--only NAME]… [--seed N]… [--verbose]`: measures how much free capacity is used and wasted. */
const { values: options } = parseArgs({
  options: {
    only: { type: 'string', multiple: true },
    seed: { type: 'string', multiple: true, default: SEEDS },
    verbose: { type: 'boolean', default: false },
  },
});

const COLUMNS = [18, 7, 10, 10, 8, 13, 8, 11, 10, 10] as const;

const row = (cells: readonly string[]): string =>
  cells.map((cell, index) => (index === 0 ? cell.padEnd(COLUMNS[0]) : cell.padStart(COLUMNS[index] ?? 0))).join('');

const number = (value: number, digits = 1): string => value.toFixed(digits).replace(/\.0+$/, '');
const seconds = (ms: number): string => `${(ms / 1000).toFixed(2)} s`;

const rowOf = ({ name }: Workload, seed: number, figures: Figures): string =>
  row([
    name,
    String(seed),
    String(figures.requests),
    `${number(figures.answered, 2)} %`,
    number(figures.wasted),
    number(figures.wastedLater),
    `${number(figures.yield)} %`,
    seconds(figures.meanWaitMs),
    seconds(figures.p95WaitMs),
    seconds(figures.leastMeanWaitMs),
  ]);

/** Prints the worst result of any seed for each requirement. */
const printWorst = (
  reach: Workload['reach'],
  courses: readonly { seed: number; verdicts: readonly Verdict[] }[],
): void => {
  for (const index of courses[0]?.verdicts.keys() ?? []) {
    const [worst, ...others] = courses
      .map(({ seed, verdicts }) => ({ seed, ...(verdicts[index] as Verdict) }))
      .toSorted((one, other) => one.margin - other.margin);
    if (worst === undefined) continue;
    const where = others.some(({ margin }) => margin > worst.margin) ? `, with seed ${worst.seed}` : '';
    console.log(`  ${worst.passed ? 'PASS' : 'FAIL'}  ${worst.text}${where}   (${reach.line})`);
  }
};

const clockOf = (workload: Workload, at: number): string => {
  const ms = at - startOf(workload);
  return `${Math.floor(ms / 60_000)}:${((ms % 60_000) / 1000).toFixed(3).padStart(6, '0')}`;
};

const wordsOf = ({ dimension, called, windowMs, limit, remaining, requested, retryAfterMs }: WorldRefusal): string =>
  `${dimension} per ${called ?? `${windowMs} ms`}: ${remaining} of ${limit} left, ${requested} requested, free in ${retryAfterMs} ms`;

const printDetails = (workload: Workload, course: Course, figures: Figures): void => {
  for (const { target, answered, refused, failed, busiestMinute } of figures.targets) {
    console.log(
      `    ${target.padEnd(28)} answered ${answered}, refused ${refused}, failed ${failed}, at most ${busiestMinute} a minute`,
    );
  }
  for (const { target, plan, sentAt, arrivedAt, belief, refusal } of course.calls) {
    if (refusal === undefined) continue;
    const when = `${clockOf(workload, sentAt)} -> ${clockOf(workload, arrivedAt)}`;
    console.log(
      `    429 ${when}  ${target}  request ${plan.index}, ${plan.prompt} + ${plan.completion} tokens: ${wordsOf(refusal)}`,
    );
    console.log(`        the ledger when it was sent: ${belief}`);
  }
  for (const [index, why] of course.unanswered) {
    const plan = course.plans[index];
    console.log(`    unanswered ${clockOf(workload, plan?.at ?? 0)}  request ${index}, ${plan?.prompt} tokens: ${why}`);
  }
  for (const line of course.log) console.log(`    log: ${line}`);
};

const chosen = WORKLOADS.filter(({ name }) => options.only === undefined || options.only.includes(name));
if (chosen.length === 0)
  throw new Error(`Unknown workload. Choose from: ${WORKLOADS.map(({ name }) => name).join(', ')}.`);
const seeds = [...new Set(options.seed.map(Number))];
if (!seeds.every(Number.isSafeInteger)) throw new Error(`A seed is a whole number, not ${options.seed}.`);
console.log(
  row([
    'workload',
    'seed',
    'requests',
    'answered',
    'wasted',
    'after 2 win.',
    'yield',
    'mean wait',
    'p95 wait',
    'at best',
  ]),
);
let failures = 0;
const startedAt = performance.now();
for (const workload of chosen) {
  const courses: { seed: number; verdicts: readonly Verdict[] }[] = [];
  for (const seed of seeds) {
    const course = await simulate(workload, seed, { believe: options.verbose });
    const figures = figuresOf(workload, course);
    const verdicts = judge(figures, workload.reach);
    courses.push({ seed, verdicts });
    failures += verdicts.filter(({ passed }) => !passed).length;
    console.log(rowOf(workload, seed, figures));
    if (figures.wastedByHerd.length > 1) console.log(`  wasted by herd: ${figures.wastedByHerd.join(', ')}`);
    if (options.verbose) printDetails(workload, course, figures);
  }
  printWorst(workload.reach, courses);
}
console.log(
  `\nwasted: refused calls per 1,000 requests. ${failures === 0 ? 'All reached' : `${failures} not reached`}, with ${seeds.length === 1 ? 'seed' : 'seeds'} ${seeds.join(', ')}. Took ${seconds(performance.now() - startedAt)}.`,
);
process.exitCode = failures === 0 ? 0 : 1;
