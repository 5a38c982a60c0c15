import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import OpenAI from 'openai';
import { App } from '../src/app.js';
import { memoryStore } from '../src/config/source/store.js';
import { startDemo } from '../src/demo/world.js';
import { openLog } from '../src/logging/process-log.js';
import type { AttemptRecord, Outcome } from '../src/plugin/index.js';
import { Secrets } from '../src/secrets.js';

/**
 * Runs the proxy with simulated free-tier providers whose limits reset within seconds, and sends a burst of requests with
 * the `openai` SDK. `--once` exits after the burst, with status 0 only if every request was answered.
 */
const { values } = parseArgs({
  options: {
    once: { type: 'boolean', default: false },
    requests: { type: 'string', default: '300' },
    concurrency: { type: 'string', default: '40' },
    port: { type: 'string', default: '3429' },
  },
});
const requests = Number(values.requests);
const concurrency = Number(values.concurrency);

const bold = (text: string): string => (process.stdout.isTTY ? `\x1b[1m${text}\x1b[0m` : text);
const dim = (text: string): string => (process.stdout.isTTY ? `\x1b[2m${text}\x1b[0m` : text);

/** The last printed outcome of each target, so that only changes are printed. */
const lastPrinted = new Map<string, string>();

const wordsFor = (record: AttemptRecord): string | undefined => {
  if (record.outcome === 'served') return undefined;
  if (record.outcome === 'skipped') return `skipped: ${record.reason}`;
  const { status, class: failureClass } = record.failure;
  return `failed with ${status ?? 'no response'}, ${failureClass}`;
};

/** The lines of a request: one for each target that is newly skipped or refuses, and one for the target that served it. */
const linesOf = ({ servedBy, status, stream, durationMs, waitedMs, attempts }: Outcome, index: number): string[] => {
  const changed: string[] = [];
  for (const record of attempts) {
    const { id } = record.attempt.target;
    const outcome = wordsFor(record);
    // The numbers change all the time; only the limit matters.
    const kind = outcome?.replace(/\d+ (?:of|held)/g, '').replace(/,.*/, '');
    if (outcome === undefined || kind === undefined || lastPrinted.get(id) === kind) continue;
    lastPrinted.set(id, kind);
    changed.push(dim(`      ↳ ${id} ${outcome}`));
  }
  const waited = waitedMs < 1 ? '' : `, ${(waitedMs / 1000).toFixed(1)} s of that waiting`;
  const head = `${String(index).padStart(4)}  ${stream ? 'stream' : 'whole '}  ${status}  ${servedBy?.id ?? 'no target'}`;
  return [...changed, `${head.padEnd(72)}${String(Math.round(durationMs)).padStart(6)} ms${waited}`];
};

const ask = async (client: OpenAI, index: number): Promise<void> => {
  const body = {
    model: 'default',
    messages: [{ role: 'user' as const, content: `Tell me about water, part ${index}.` }],
  };
  if (index % 2 === 0) {
    const { choices } = await client.chat.completions.create(body);
    if (!choices[0]?.message.content) throw new Error('empty answer');
    return;
  }
  let text = '';
  const stream = await client.chat.completions.create({ ...body, stream: true });
  for await (const chunk of stream) text += chunk.choices[0]?.delta.content ?? '';
  if (text === '') throw new Error('empty stream');
};

/** Sends all requests with limited concurrency. @returns an error message for each refused request */
const burst = async (client: OpenAI): Promise<string[]> => {
  const refused: string[] = [];
  let next = 0;
  const worker = async (): Promise<void> => {
    while (next < requests) {
      const index = next++;
      await ask(client, index).catch((error: Error) => refused.push(`request ${index}: ${error.message}`));
    }
  };
  await Promise.all(Array.from({ length: concurrency }, worker));
  return refused;
};

const world = await startDemo();
const dataDir = mkdtempSync(join(tmpdir(), '429chain-demo-'));
const secrets = new Secrets();
const log = openLog(2, secrets);
// This script prints its own lines for requests.
log.configure({ level: 'warn', format: 'pretty' });
const store = memoryStore(JSON.stringify(world.settings), { env: process.env, log, dataDir });
const app = await App.create({ store, log, secrets });
// Uses the default port if it is free, so that the curl line looks like that of a real start.
const address = await app
  .listen({ host: '127.0.0.1', port: values.once ? 0 : Number(values.port) })
  .catch(() => app.listen({ host: '127.0.0.1', port: 0 }));
const apiKey = app.runtime.apiKeys[0]?.key ?? '';

const served = new Map<string, number>();
let passedOver = 0;
let waited = 0;
let count = 0;
app.runtime.host.hooks.afterResponse.tap('demo', (outcome) => {
  count++;
  if (outcome.servedBy !== undefined) served.set(outcome.servedBy.id, (served.get(outcome.servedBy.id) ?? 0) + 1);
  passedOver += outcome.attempts.filter((each) => each.outcome === 'skipped').length;
  if (outcome.waitedMs >= 1) waited++;
  for (const line of linesOf(outcome, count)) console.log(line);
});

console.log(
  bold(
    `${requests} requests by the openai SDK, ${concurrency} at a time, half of them streams, through ${address}/v1\n`,
  ),
);
const startedAt = performance.now();
const refused = await burst(new OpenAI({ baseURL: `${address}/v1`, apiKey, maxRetries: 0 }));
const seconds = (performance.now() - startedAt) / 1000;
const wasted = world.providers.reduce((sum, provider) => sum + provider.stats().refused, 0);

console.log(bold(`\nAnswered ${requests - refused.length} of ${requests} in ${seconds.toFixed(1)} s`));
for (const [target, times] of served) console.log(`  ${String(times).padStart(4)}  ${target}`);
console.log(`Refused requests:               ${refused.length}`);
console.log(`429s from providers:            ${wasted}`);
console.log(`Targets skipped at their limit: ${passedOver}`);
console.log(`Requests that waited:           ${waited}`);
for (const line of refused.slice(0, 5)) console.log(`  ${line}`);

const end = async (): Promise<void> => {
  await app.close();
  await world.close();
  rmSync(dataDir, { recursive: true, force: true });
};

if (values.once) {
  await end();
  process.exitCode = refused.length === 0 ? 0 : 1;
} else {
  console.log(bold('\nThe demo keeps running. Try it; Ctrl-C stops it.'));
  console.log(
    `curl ${address}/v1/chat/completions -H 'authorization: Bearer ${apiKey}' -H 'content-type: application/json' \\\n  -d '{"model": "default", "messages": [{"role": "user", "content": "Hello"}]}'`,
  );
  process.once('SIGINT', () => void end());
  process.once('SIGTERM', () => void end());
}
