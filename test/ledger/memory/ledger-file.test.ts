import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import type { Declaration, Signal } from '../../../src/contract/quota.js';
import { LedgerFile } from '../../../src/ledger/memory/ledger-file.js';
import { MemoryLedger } from '../../../src/ledger/memory/memory-ledger.js';
import { MemoryLog } from '../../proxy.js';
import { TurningClock } from '../../turning-clock.js';
import { until } from '../../until.js';
import { refusalOf, reserveOne, respond } from '../ask-ledger.js';

const NEED = { tokens: 100, inputTokens: 60 };
const TARGET = { target: 'groq/a', provider: 'groq' };

describe('LedgerFile', () => {
  let folder: string;
  let file: string;
  let log: MemoryLog;
  const clock = new TurningClock();
  const open: LedgerFile[] = [];

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), '429chain-'));
    file = join(folder, 'data', 'ledger.json');
    log = new MemoryLog();
  });

  afterEach(() => {
    for (const each of open.splice(0)) each.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const start = (fingerprint = 'a', ...declarations: Declaration[]): { ledger: MemoryLedger; kept: LedgerFile } => {
    const ledger = new MemoryLedger(clock);
    const kept = new LedgerFile(file, ledger, log);
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

  const restart = (ledger: LedgerFile, ...args: Parameters<typeof start>): MemoryLedger => {
    ledger.close();
    return start(...args).ledger;
  };

  it('keeps a spent day over a restart', () => {
    const { ledger, kept } = start();
    const resetAt = clock.now() + 5 * 3_600_000;
    hear(ledger, { dimension: 'requests', window: '1d', limit: 50, remaining: 0, resetAt });
    expect(refusalOf(restart(kept), 'groq/a', NEED)).to.include({ code: 'quota', retryAt: resetAt });
  });

  it('keeps a window without a stated limit open after a restart', () => {
    const { ledger, kept } = start();
    hear(ledger, { dimension: 'requests', window: '1d', remaining: 3, resetAt: clock.now() + 60_000 });
    clock.turn(60_000);
    expect(refusalOf(ledger, 'groq/a', NEED)).to.equal(undefined);
    const after = restart(kept);
    hear(after);
    expect(refusalOf(after, 'groq/a', NEED)).to.equal(undefined);
  });

  it('keeps a cooldown with its reason, and the level of a bucket', () => {
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
    const after = restart(kept);
    expect(refusalOf(after, 'groq/a', NEED)).to.include({ reason: 'the month is over', retryAt: clock.now() + 9e6 });
    expect(after.status('groq/a').quotas[0]).to.include({ dimension: 'tokens', remaining: 50, limit: 6000 });
  });

  it('keeps what was used of a configured limit, including attempts in flight', () => {
    const limits: Declaration = { scope: 'groq/a', limits: [{ requests: 5, per: '1d' }], source: 'manual' };
    const { ledger, kept } = start('a', limits);
    hear(ledger);
    reserveOne(ledger, 'groq/a', NEED);
    expect(restart(kept, 'a', limits).status('groq/a').quotas[0]).to.include({ remaining: 3, inFlight: 0 });
  });

  it('keeps what it learned about a provider that states no limits', () => {
    const { ledger, kept } = start();
    for (let index = 0; index < 7; index++) hear(ledger);
    const reservation = reserveOne(ledger, 'groq/a', NEED);
    if (!reservation.granted) throw new Error(reservation.reason);
    ledger.coolDown(reservation, 'target', { class: 'rate_limit', reason: 'no' });
    reservation.settle({ input: 0, output: 0 });
    expect(restart(kept).status('groq/a').quotas[0]).to.include({ source: 'learned', limit: 7, windowMs: 60_000 });
  });

  const coolDown = (ledger: MemoryLedger, failureClass: 'auth' | 'quota'): void => {
    const reservation = reserveOne(ledger, 'groq/a', NEED);
    if (!reservation.granted) throw new Error(reservation.reason);
    ledger.coolDown(reservation, 'provider', { class: failureClass, reason: 'no', until: clock.now() + 9e6 });
    reservation.release();
  };

  it('forgets the cooldowns of another key', () => {
    const { ledger, kept } = start();
    coolDown(ledger, 'quota');
    expect(restart(kept).status('groq/a').state).to.equal('exhausted');
    expect(restart(open.at(-1) as LedgerFile, 'another key').status('groq/a').state).to.equal('available');
  });

  it('tries a refused key again after a restart', () => {
    const { ledger, kept } = start();
    coolDown(ledger, 'auth');
    expect(ledger.status('groq/a').state).to.equal('disabled');
    expect(restart(kept).status('groq/a').state).to.equal('available');
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
    ['something else', '{"version":1,"accounts":{},"scopes":[{"id":"groq"}]}'],
    ['nothing', ''],
  ] as const) {
    it(`renames a damaged file and starts from scratch: ${what}`, () => {
      start().kept.close();
      writeFileSync(file, text);
      const { ledger } = start();
      expect(ledger.status('groq/a').state).to.equal('available');
      expect(log.lines.at(-1)).to.match(/is damaged .* renamed to .*ledger\.json\.damaged/);
      expect(readFileSync(`${file}.damaged`, 'utf8')).to.equal(text);
    });
  }

  it('works without a folder to write to, and warns once', () => {
    writeFileSync(join(folder, 'data'), 'a file where the folder should be');
    const { kept } = start();
    kept.close();
    kept.close();
    expect(log.lines.filter((line) => /Cannot save the ledger/.test(line))).to.have.length(1);
  });
});
