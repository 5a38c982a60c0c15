import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { loaderOf, PEERS, type Peer } from './compare/peers.js';
import { SCENARIOS, type Scenario, startProviders, TEXT } from './compare/scenarios.js';
import { table } from './docs/table.js';

/**
 * `npm run compare -- --peers FOLDER [--only TEXT] [--peer TEXT]`: measures failover of 429chain and of peers in front of simulated providers.
 * FOLDER has the peers in its node_modules. Prints the tables of docs/comparison.md.
 */
const { values: options } = parseArgs({
  options: { peers: { type: 'string' }, only: { type: 'string', default: '' }, peer: { type: 'string', default: '' } },
});
if (options.peers === undefined) throw new Error('Name the folder with the installed peers: --peers FOLDER');
const folder = resolve(options.peers);
const load = await loaderOf(folder);

/** A client gives up after this time. */
const PATIENCE_MS = 5000;

const measured = PEERS.filter(({ name }) => name.includes(options.peer ?? ''));

interface Result {
  readonly answered: number;
  /** Calls to the providers that gave no complete answer. */
  readonly wasted: number;
  readonly slowestMs: number;
}

/** Sends all requests of a scenario through a peer. */
const measure = async (peer: Peer, scenario: Scenario): Promise<Result> => {
  const providers = await startProviders(scenario);
  const running = await peer.start(
    providers.map(({ baseUrl }) => baseUrl),
    load,
    folder,
  );
  let answered = 0;
  let slowestMs = 0;
  const askOnce = async (): Promise<void> => {
    const startedAt = performance.now();
    const asked = running.ask(scenario.streamed).catch(() => undefined);
    const text = await Promise.race([asked, pause(PATIENCE_MS, undefined, { ref: false })]);
    slowestMs = Math.max(slowestMs, performance.now() - startedAt);
    if (text === TEXT) answered += 1;
  };
  try {
    for (let sent = 0; sent < scenario.requests; sent += scenario.together)
      await Promise.all(Array.from({ length: scenario.together }, askOnce));
  } finally {
    await running.close();
    await Promise.all(providers.map((provider) => provider.close()));
  }
  const calls = providers.reduce((sum, { received }) => sum + received.length, 0);
  return { answered, wasted: calls - answered, slowestMs };
};

const versionOf = (name: string): string =>
  (JSON.parse(readFileSync(join(folder, 'node_modules', name, 'package.json'), 'utf8')) as { version: string }).version;

const cellOf = ({ answered, wasted }: Result, { possible }: Scenario): string =>
  `${answered === possible ? `**${answered}**` : answered} · ${wasted}`;

const rows: string[][] = [];
for (const scenario of SCENARIOS.filter(({ name }) => name.includes(options.only))) {
  const results: Result[] = [];
  for (const peer of measured) results.push(await measure(peer, scenario));
  console.error(
    `${scenario.name}: slowest answers ${results.map(({ slowestMs }) => `${Math.round(slowestMs)} ms`).join(', ')}`,
  );
  rows.push([scenario.name, String(scenario.possible), ...results.map((result) => cellOf(result, scenario))]);
}

console.log(table(['what the first provider does', 'possible', ...measured.map(({ name }) => name)], rows));
console.log();
console.log(
  table(
    ['measured', 'version', 'configuration'],
    measured.map(({ name, packages, configuration }) => [
      name,
      packages.map((each) => `${each} ${versionOf(each)}`).join(', '),
      configuration,
    ]),
  ),
);
