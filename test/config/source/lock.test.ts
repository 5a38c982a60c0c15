import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { temporaryOf, withLock } from '../../../src/config/source/lock.js';
import { until } from '../../until.js';

describe('The lock of a file', () => {
  let folder: string;
  let file: string;
  const content = (): string => readFileSync(`${file}.lock`, 'utf8');

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), '429chain-lock-'));
    file = join(folder, 'a.json5');
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  /** Runs as many works at once, and returns how many ran at the same time at most. */
  const mostAtOnce = async (works: number, staleMs?: number): Promise<number> => {
    let [running, most] = [0, 0];
    const work = async (): Promise<void> => {
      most = Math.max(most, ++running);
      await new Promise((resolve) => setImmediate(resolve));
      running--;
    };
    await Promise.all(Array.from({ length: works }, () => withLock(file, work, staleMs)));
    return most;
  };

  it('lets one work run at a time, and leaves nothing behind', async () => {
    expect(await mostAtOnce(10)).to.equal(1);
    expect(await withLock(file, async ({ isHeld }) => isHeld())).to.equal(true);
    expect(readdirSync(folder)).to.deep.equal([]);
  });

  it('is released if the work fails', async () => {
    const failing = withLock(file, async () => {
      throw new Error('a full disk');
    });
    expect(await failing.catch(({ message }: Error) => message)).to.equal('a full disk');
    expect(readdirSync(folder)).to.deep.equal([]);
  });

  it('of a killed process of this machine is removed at once, with the half-written file', async () => {
    const { pid } = spawnSync(process.execPath, ['--version']);
    const own = await withLock(file, async () => JSON.parse(content()));
    if (own.system === undefined) return;
    writeFileSync(`${file}.lock`, JSON.stringify({ ...own, id: 'of-the-killed', pid }));
    writeFileSync(temporaryOf(file, { id: 'of-the-killed' }), 'half');
    // It would wait for ever otherwise.
    expect(await mostAtOnce(5, Number.POSITIVE_INFINITY)).to.equal(1);
    expect(readdirSync(folder)).to.deep.equal([]);
  });

  for (const [what, left] of [
    ['of a process on another machine', JSON.stringify({ id: 'a', pid: 1, system: 'another machine' })],
    ['that says nothing, because its process was killed at once', ''],
    ['of a newer version', '[]'],
  ] as const) {
    it(`${what} is removed once it is stale`, async () => {
      writeFileSync(`${file}.lock`, left);
      expect(await mostAtOnce(5, 50)).to.equal(1);
      expect(readdirSync(folder)).to.deep.equal([]);
    });
  }

  it('of a process that runs is waited for', async () => {
    let end: (() => void) | undefined;
    const first = withLock(
      file,
      () =>
        new Promise<void>((resolve) => {
          end = resolve;
        }),
    );
    await until(() => end !== undefined);
    let isSecond = false;
    const second = withLock(file, async () => {
      isSecond = true;
    });
    await new Promise((resolve) => setImmediate(resolve));
    expect(isSecond).to.equal(false);
    end?.();
    await Promise.all([first, second]);
    expect(isSecond).to.equal(true);
  });

  it('is lost by a process that was paused for too long, which then leaves the lock of the next one alone', async () => {
    let resume: (() => void) | undefined;
    const paused = withLock(file, async ({ isHeld }) => {
      await new Promise<void>((resolve) => {
        resume = resolve;
      });
      return isHeld();
    });
    await until(() => resume !== undefined);
    await withLock(
      file,
      async ({ isHeld }) => {
        resume?.();
        expect(await paused).to.equal(false);
        expect(await isHeld()).to.equal(true);
      },
      50,
    );
    expect(readdirSync(folder)).to.deep.equal([]);
  });

  it('cannot be created in a folder that does not exist', async () => {
    const inside = join(folder, 'missing', 'a.json5');
    const error = await withLock(inside, async () => {}).catch((cause: NodeJS.ErrnoException) => cause);
    expect(error).to.include({ code: 'ENOENT' });
  });
});
