import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { Bench } from './bench/bench.js';
import { HAS_PROC } from './bench/measure/proc.js';
import type { Round } from './bench/measure/round.js';
import { PHASES } from './bench/phases/phases.js';
import { profileWorkloads } from './bench/profile/workloads.js';
import { compilePrograms } from './bench/relays/programs.js';
import { startProvider } from './bench/relays/provider.js';
import { caveatsText, figuresText, goalsText } from './bench/report/console.js';
import { missedGoals } from './bench/report/goals.js';
import { resultOf } from './bench/result.js';

/**
 * `npm run bench -- [--quick] [--phases a,b] [--rounds N] [--json FILE] [--check] [--write]`: measures the cost of the proxy
 * beside relays without logic. docs/performance.md says how.
 */
const { values: options } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    phases: { type: 'string' },
    rounds: { type: 'string' },
    json: { type: 'string' },
    check: { type: 'boolean', default: false },
    write: { type: 'boolean', default: false },
  },
});

const named = options.phases?.split(',');
const unknown = named?.find((name) => !PHASES.some((phase) => phase.name === name));
if (unknown !== undefined)
  throw new Error(`Unknown phase "${unknown}". Choose from: ${PHASES.map(({ name }) => name).join(', ')}.`);

if (options.write && named !== undefined)
  throw new Error('--write saves all phases. Leave out --phases, or save some of them with --json FILE.');

const startedAt = performance.now();
const say = (text: string): void =>
  console.error(
    `[${Math.round((performance.now() - startedAt) / 1_000)
      .toString()
      .padStart(3)} s] ${text}`,
  );

compilePrograms();
const provider = await startProvider();
const rounds = options.rounds === undefined ? undefined : Number(options.rounds);
const bench = new Bench({ quick: options.quick, rounds, provider, say });
const measured = new Map<string, readonly Round[]>();
const skipped = new Map<string, string>();
for (const { name, needsProc, slow = false, run } of PHASES) {
  if (named !== undefined && !named.includes(name)) continue;
  if (needsProc && !HAS_PROC) skipped.set(name, 'only Linux tells the CPU and memory of one process');
  else if (slow && options.quick && named === undefined) skipped.set(name, 'it takes longer than the quick form may');
  else {
    measured.set(name, await run(bench));
    say(`${name} done`);
  }
}
await bench.stop();
const profiles = options.write ? await profileWorkloads(bench) : {};

const result = resultOf({ quick: options.quick, failures: bench.failures, skipped, rounds: measured, profiles });
console.log(`${figuresText(result)}\n\n${goalsText(result)}\n\n${caveatsText(result)}`);
const save = (file: string | URL): void => writeFileSync(file, `${JSON.stringify(result, null, 2)}\n`);
if (options.json !== undefined) save(options.json);
if (options.write) {
  save(new URL('../docs/performance.json', import.meta.url));
  const { writePerformancePage } = await import('./generate-docs.js');
  await writePerformancePage();
}
process.exit(options.check && missedGoals(result) > 0 ? 1 : 0);
