import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import type { Declaration, Signal } from '../../../src/contract/quota.js';
import { LedgerFile, type LedgerFileOptions } from '../../../src/ledger/memory/ledger-file.js';
import { MemoryLedger } from '../../../src/ledger/memory/memory-ledger.js';
import { MemoryLog } from '../../proxy.js';
import { TurningClock } from '../../turning-clock.js';
import { until } from '../../until.js';
import { refusalOf, reserveOne, respond } from '../ask-ledger.js';

const NEED = { tokens: 100, inputTokens: 60 };
/** Shorter than in use. */
const PAUSE_MS = 5;
const TARGET = { target: 'groq/a', provider: 'groq' };

const READY = { phase: 'ready' };

/** The text of a file with one scope. */
const withScope = (fields: object): string =>
  JSON.stringify({ version: 1, accounts: {}, scopes: [{ id: 'groq/a', kind: 'target', ...fields }] });

describe('LedgerFile', () => {
  let folder: string;
  let file: string;
  let log: MemoryLog;
  const clock = new TurningClock();
  const open: LedgerFile[] = [];
  let disk: LedgerFileOptions;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), '429chain-'));
    file = join(folder, 'data', 'ledger.json');
    log = new MemoryLog();
    disk = {};
  });

  afterEach(async () => {
    for (const each of open.splice(0)) await each.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const start = (fingerprint = 'a', ...declarations: Declaration[]): { ledger: MemoryLedger; kept: LedgerFile } => {
    const ledger = new MemoryLedger(clock);
    const kept = new LedgerFile(file, ledger, log, { pauseMs: PAUSE_MS, ...disk });
    open.push(kept);
    ledger.configure([{ provider: 'groq', fingerprint }], [TARGET], declarations);
    return { ledger, kept };
  };

  const hear = (ledger: MemoryLedger, ...signals: Signal[]): void => {
    const reservation = reserveOne(ledger, 'groq/a', NEED);
    if (!reservation.granted) throw new Error(reservation.reason);
    respond(ledger, reservation, signals, true);
    reservation.settle({ input: 60, output: 40 });
  };

  const restart = async (ledger: LedgerFile, ...args: Parameters<typeof start>): Promise<MemoryLedger> => {
    await ledger.close();
    return start(...args).ledger;
  };

  it('keeps a spent day over a restart', async () => {
    const { ledger, kept } = start();
    const resetAt = clock.now() + 5 * 3_600_000;
    hear(ledger, { dimension: 'requests', window: '1d', limit: 50, remaining: 0, resetAt });
    expect(refusalOf(await restart(kept), 'groq/a', NEED)).to.include({ code: 'quota', retryAt: resetAt });
  });

  it('reads a file with a byte order mark', async () => {
    const { ledger, kept } = start();
    const resetAt = clock.now() + 5 * 3_600_000;
    hear(ledger, { dimension: 'requests', window: '1d', limit: 50, remaining: 0, resetAt });
    await kept.close();
    writeFileSync(file, `\uFEFF${readFileSync(file, 'utf8')}`);
    expect(refusalOf(start().ledger, 'groq/a', NEED)).to.include({ code: 'quota', retryAt: resetAt });
  });

  it('keeps a window without a stated limit open after a restart', async () => {
    const { ledger, kept } = start();
    hear(ledger, { dimension: 'requests', window: '1d', remaining: 3, resetAt: clock.now() + 60_000 });
    clock.turn(60_000);
    expect(refusalOf(ledger, 'groq/a', NEED)).to.equal(undefined);
    const after = await restart(kept);
    hear(after);
    expect(refusalOf(after, 'groq/a', NEED)).to.equal(undefined);
  });

  it('keeps a cooldown with its reason, and the level of a bucket', async () => {
    const { ledger, kept } = start();
    hear(ledger, {
      dimension: 'tokens',
      window: '1m',
      limit: 6000,
      remaining: 50,
      resetAt: clock.now() + 59_500,
      refills: true,
    });
    const reservation = reserveOne(ledger, 'groq/a', { tokens: 10, inputTokens: 5 });
    if (!reservation.granted) throw new Error(reservation.reason);
    ledger.coolDown(reservation, 'target', { class: 'quota', reason: 'the month is over', until: clock.now() + 9e6 });
    reservation.release();
    const after = await restart(kept);
    expect(refusalOf(after, 'groq/a', NEED)).to.include({ reason: 'the month is over', retryAt: clock.now() + 9e6 });
    expect(after.status('groq/a').quotas[0]).to.include({ dimension: 'tokens', remaining: 50, limit: 6000 });
  });

  it('keeps what was used of a configured limit, including attempts in flight', async () => {
    const limits: Declaration = { scope: 'groq/a', limits: [{ requests: 5, per: '1d' }], source: 'manual' };
    const { ledger, kept } = start('a', limits);
    hear(ledger);
    reserveOne(ledger, 'groq/a', NEED);
    expect((await restart(kept, 'a', limits)).status('groq/a').quotas[0]).to.include({ remaining: 3, inFlight: 0 });
  });

  it('keeps what it learned about a provider that states no limits', async () => {
    const { ledger, kept } = start();
    for (let index = 0; index < 7; index++) hear(ledger);
    const reservation = reserveOne(ledger, 'groq/a', NEED);
    if (!reservation.granted) throw new Error(reservation.reason);
    ledger.coolDown(reservation, 'target', { class: 'rate_limit', reason: 'no' });
    reservation.settle({ input: 0, output: 0 });
    expect((await restart(kept)).status('groq/a').quotas[0]).to.include({
      source: 'learned',
      limit: 7,
      windowMs: 60_000,
    });
  });

  const coolDown = (ledger: MemoryLedger, failureClass: 'auth' | 'quota'): void => {
    const reservation = reserveOne(ledger, 'groq/a', NEED);
    if (!reservation.granted) throw new Error(reservation.reason);
    ledger.coolDown(reservation, 'provider', { class: failureClass, reason: 'no', until: clock.now() + 9e6 });
    reservation.release();
  };

  it('forgets the cooldowns of another key', async () => {
    const { ledger, kept } = start();
    coolDown(ledger, 'quota');
    expect((await restart(kept)).status('groq/a').state).to.equal('exhausted');
    expect((await restart(open.at(-1) as LedgerFile, 'another key')).status('groq/a').state).to.equal('available');
  });

  it('tries a refused key again after a restart', async () => {
    const { ledger, kept } = start();
    coolDown(ledger, 'auth');
    expect(ledger.status('groq/a').state).to.equal('disabled');
    expect((await restart(kept)).status('groq/a').state).to.equal('available');
  });

  it('writes soon after a change, so that a killed process loses little', async () => {
    const { ledger } = start();
    hear(ledger, { dimension: 'requests', window: '1d', limit: 50, remaining: 7, resetAt: clock.now() + 9e6 });
    const written = (): string | undefined => {
      try {
        return readFileSync(file, 'utf8');
      } catch {
        return undefined;
      }
    };
    await until(() => written()?.includes('"remaining":7') ?? false);
    expect(readdirSync(join(folder, 'data'))).to.deep.equal(['ledger.json']);
  });

  for (const [what, text] of [
    ['half of a file', '{"version":1,"accounts":{},"sco'],
    ['another version', '{"version":2}'],
    ['nothing but null', 'null'],
    ['something else', '{"version":1,"accounts":{},"scopes":[{"id":"groq"}]}'],
    ['nothing', ''],
    ...(
      [
        ['a cooldown without a time', { phase: 'coolingDown', until: 'x', class: 'quota', reason: 'r', next: READY }],
        ['a cooldown without an end', { phase: 'coolingDown', until: 1, class: 'quota', reason: 'r' }],
        ['a reason that is no text', { phase: 'coolingDown', until: 1, class: 'quota', reason: 5, next: READY }],
        ['no attempt that may be in flight', { phase: 'probing', limit: 0 }],
      ] as const
    ).map(([what, phase]) => [what, withScope({ quotas: [], cooldown: { phase, failures: {} } })] as const),
    [
      'a limit of 0',
      withScope({
        quotas: [
          {
            dimension: 'requests',
            windowMs: 60_000,
            source: 'learned',
            window: { kind: 'sliding', limit: 0, uses: [] },
          },
        ],
      }),
    ],
    [
      'a use without a time',
      withScope({
        quotas: [
          {
            dimension: 'requests',
            windowMs: 60_000,
            source: 'headers',
            window: { kind: 'sliding', limit: 1, uses: [['x', 1]] },
          },
        ],
      }),
    ],
  ] as const) {
    it(`renames a damaged file and starts from scratch: ${what}`, async () => {
      await start().kept.close();
      writeFileSync(file, text);
      const { ledger } = start();
      expect(ledger.status('groq/a').state).to.equal('available');
      expect(log.lines.at(-1)).to.match(/is damaged .* renamed to .*ledger\.json\.damaged/);
      expect(readFileSync(`${file}.damaged`, 'utf8')).to.equal(text);
    });
  }

  it('works without a folder to write to, and warns once', async () => {
    writeFileSync(join(folder, 'data'), 'a file where the folder should be');
    const { kept } = start();
    await kept.close();
    await kept.close();
    expect(log.lines.filter((line) => /Cannot save the ledger/.test(line))).to.have.length(1);
  });

  /** A disk whose writes the test ends, one at a time. */
  const slowDisk = (): { texts: string[]; end: (error?: Error) => void } => {
    const texts: string[] = [];
    const ends: ((error?: Error) => void)[] = [];
    disk = {
      write: (_, text) => {
        texts.push(text);
        return new Promise((resolve, reject) =>
          ends.push((error) => (error === undefined ? resolve() : reject(error))),
        );
      },
    };
    return { texts, end: (error) => ends.shift()?.(error) };
  };

  it('never has two writes under way, and writes the latest state afterwards', async () => {
    const { texts, end } = slowDisk();
    const { ledger, kept } = start();
    await until(() => texts.length === 1);
    for (let index = 0; index < 20; index++) {
      hear(ledger, {
        dimension: 'requests',
        window: '1d',
        limit: 50,
        remaining: 49 - index,
        resetAt: clock.now() + 9e6,
      });
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
    expect(texts).to.have.length(1);
    end();
    await until(() => texts.length === 2);
    expect(texts[1]).to.include('"remaining":30');
    end();
    await kept.close();
    expect(texts).to.have.length(2);
  });

  it('writes nothing when nothing changed', async () => {
    const { texts, end } = slowDisk();
    const { ledger, kept } = start();
    await until(() => texts.length === 1);
    end();
    // Announces a change that leaves the state as it is.
    ledger.reset('groq/a');
    await kept.close();
    expect(texts).to.have.length(1);
  });

  it('leaves the old file when the process ends in the middle of a write', async () => {
    const { ledger, kept } = start();
    hear(ledger, { dimension: 'requests', window: '1d', limit: 50, remaining: 7, resetAt: clock.now() + 9e6 });
    await kept.close();
    writeFileSync(`${file}.tmp`, '{"version":1,"accounts":{},"sco');
    expect(start().ledger.status('groq/a').quotas[0]).to.include({ remaining: 7 });
    expect(log.lines).to.deep.equal([]);
  });

  const failureOf = (code: string): Error => Object.assign(new Error(`${code}: the disk says no`), { code });

  for (const codes of [['ENOSPC'], ['EROFS'], ['EACCES'], ['EIO', 'ENOSPC']]) {
    it(`warns once for each kind of failure and saves again afterwards: ${codes.join(', ')}`, async () => {
      let failures = 0;
      let written = '';
      disk = {
        write: async (_, text) => {
          const code = codes[failures++ % codes.length] as string;
          if (failures <= 4) throw failureOf(code);
          written = text;
        },
      };
      const { ledger } = start();
      hear(ledger, { dimension: 'requests', window: '1d', limit: 50, remaining: 7, resetAt: clock.now() + 9e6 });
      await until(() => written.includes('"remaining":7'));
      const warnings = log.lines.filter((line) => line.includes('Cannot save the ledger'));
      expect(warnings.map((line) => codes.find((code) => line.includes(code)))).to.deep.equal(codes);
      expect(log.lines.at(-1)).to.equal(`The ledger is saved in ${file} again.`);
    });
  }

  it('leaves no half file where it fails, and replaces the file once it can', async () => {
    const { ledger, kept } = start();
    await kept.close();
    const before = readFileSync(file, 'utf8');
    // A folder with a file in it cannot be replaced by a file.
    rmSync(file);
    mkdirSync(join(file, 'inside'), { recursive: true });
    const again = start();
    await again.kept.close();
    expect(readdirSync(join(folder, 'data'))).to.deep.equal(['ledger.json']);
    rmSync(file, { recursive: true });
    await again.kept.close();
    expect(readFileSync(file, 'utf8')).to.equal(before);
    expect(ledger.status('groq/a').state).to.equal('available');
  });
});
