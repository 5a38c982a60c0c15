import { parseArgs } from 'node:util';
import { soak } from './soak/run.js';

/**
 * Sends requests of every kind through the built 429chain while its providers misbehave in every way, and compares what the
 * callers saw with the request log and the metrics. Exits with status 1 if anything does not add up, grows or stays open.
 */
const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '10' },
    rate: { type: 'string', default: '200' },
    seed: { type: 'string', default: '1' },
  },
});

const { rows, faults } = await soak({
  seconds: Number(values.minutes) * 60,
  rate: Number(values.rate),
  seed: Number(values.seed),
  onProgress: (line) => console.log(line),
});
console.log();
const width = Math.max(...rows.map(([what]) => what.length));
for (const [what, value] of rows) console.log(`${what.padEnd(width)}  ${value}`);
console.log();
for (const fault of faults) console.log(`FAULT  ${fault}`);
console.log(faults.length === 0 ? 'Everything adds up.' : `${faults.length} faults.`);
process.exitCode = faults.length === 0 ? 0 : 1;
