import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { ModelCatalog } from '../../src/engine/models/model-catalog.js';
import type { PreparedTarget } from '../../src/engine/target.js';
import { Guard } from '../../src/host/guard.js';
import { PLUGIN_PACE } from '../../src/host/in-time.js';
import { loadPlugin } from '../../src/host/loading/load.js';
import { SharedValues } from '../../src/host/shared-values.js';
import { silentLog } from '../../src/log.js';
import { until } from '../until.js';

describe('A first use that fails', () => {
  let folder: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), '429chain-'));
  });

  afterEach(() => rmSync(folder, { recursive: true }));

  const options = { guard: new Guard(silentLog, Date.now), pace: PLUGIN_PACE, log: silentLog };
  const load = (file: string) => loadPlugin(file, { ...options, folder });

  const write = (name: string, text: string): void => writeFileSync(join(folder, name), text);

  const PLUGIN = 'export default { name: "mended", apply() {} };';

  /** Plugins that cannot be loaded, and what mends them. */
  const BROKEN: readonly (readonly [what: string, break_: () => void, mend: () => void])[] = [
    ['a syntax error', () => write('plugin.mjs', 'export default {'), () => write('plugin.mjs', PLUGIN)],
    [
      'a missing module',
      () => write('plugin.mjs', `import './inside.mjs';\n${PLUGIN}`),
      () => write('inside.mjs', 'export {};'),
    ],
    [
      'a syntax error in a module that it imports',
      () => {
        write('plugin.mjs', `import './inside.mjs';\n${PLUGIN}`);
        write('inside.mjs', 'export {');
      },
      () => write('inside.mjs', 'export {};'),
    ],
    [
      'a module that throws',
      () => write('plugin.mjs', `throw new Error('not today');\n${PLUGIN}`),
      () => write('plugin.mjs', PLUGIN),
    ],
  ];
  for (const [what, break_, mend] of BROKEN) {
    it(`is tried again: a plugin with ${what} that is mended`, async () => {
      const file = join(folder, 'plugin.mjs');
      break_();
      for (const _ of [1, 2]) {
        const failed = await load(file).catch((cause: Error) => cause);
        expect(failed).to.include({ code: 'plugin_failed' });
      }
      mend();
      expect(await load(file)).to.include({ name: 'mended' });
      expect(await load(file)).to.equal(await load(file));
    });
  }

  it('is tried again: a shared value whose promise rejects', async () => {
    const values = new SharedValues();
    values.hold('a');
    let tries = 0;
    const use = (): Promise<number> =>
      values.valueOf(
        'a',
        async () => {
          tries++;
          if (tries < 3) throw new Error('too many open files');
          return tries;
        },
        () => {},
      );
    for (const _ of [1, 2]) {
      expect(await use().catch((cause: Error) => cause.message)).to.equal('too many open files');
    }
    expect([await use(), await use(), tries]).to.deep.equal([3, 3, 3]);
    await values.release('a');
  });

  it('is tried again: a list of models that cannot be asked for', async () => {
    let now = 0;
    let asked = 0;
    const catalog = new ModelCatalog({ now: () => now, monotonic: () => now });
    const target = { type: 'a-type', baseUrl: 'http://127.0.0.1:9', model: 'a-model' } as PreparedTarget;
    const find = () =>
      catalog.find(target, async () => {
        asked++;
        if (asked === 1) throw new Error('out of memory');
        return { state: 'ok', detail: '', models: [{ id: 'a-model' }] };
      });
    find();
    await until(() => asked === 1);
    now = 3_600_000;
    await until(() => find() !== undefined);
    expect(asked).to.equal(2);
    catalog.close();
  });
});
