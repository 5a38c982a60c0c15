import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { until } from '../../until.js';
import { StoreInFolder } from './store-in-folder.js';

const ENDLESS = fileURLToPath(new URL('endless.ts', import.meta.url));
const NODE = ['--import', 'tsx', '--conditions=429chain-source'];

/** Longer than the second of records that may be lost. */
const RUNS_MS = 1_500;

describe('A request log whose process is killed', () => {
  it('loses at most the last second, and its totals are exact', async () => {
    const logged = new StoreInFolder();
    logged.clock.turn(Date.now() - logged.clock.now());
    let told: { at: number; logged: number }[] = [];
    let child: ChildProcess | undefined;
    try {
      for (let round = 0; round < 2; round++) {
        const writing = spawn(process.execPath, [...NODE, ENDLESS, logged.folder], {
          stdio: ['ignore', 'pipe', 'inherit'],
        });
        child = writing;
        let output = '';
        writing.stdout.on('data', (chunk: Buffer) => {
          output += chunk.toString();
        });
        const before = (await logged.store.usage()).total.requests;
        const tell = (): void => {
          const lines = output
            .split('\n')
            .slice(0, -1)
            .map((line) => line.split(' ').map(Number));
          told = lines.map(([at = 0, count = 0]) => ({ at, logged: count }));
        };
        await until(() => {
          tell();
          return (told.at(-1)?.at ?? 0) - (told[0]?.at ?? 0) > RUNS_MS;
        });
        writing.kill('SIGKILL');
        const killedAt = Date.now();
        await once(writing, 'close');
        tell();
        const store = logged.restart();
        const { total } = await store.usage();
        const ids = await logged.ids();
        expect(total.requests).to.equal(ids.length);
        expect(total.promptTokens).to.equal(10 * ids.length);
        const certain = told.findLast(({ at }) => at <= killedAt - 1_000)?.logged ?? 0;
        expect(certain).to.be.above(0);
        expect(ids.length - before)
          .to.be.at.least(certain)
          .and.at.most((told.at(-1)?.logged ?? 0) + 100);
        // No record is missing in between.
        expect(ids[0]).to.equal(`r-${ids.length - before - 1}`);
      }
    } finally {
      child?.kill('SIGKILL');
      await logged.store.close();
      await logged.remove();
    }
  });
});
