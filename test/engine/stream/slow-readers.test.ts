import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { MAIN } from '../../built.js';
import { RawCaller } from '../../network/raw-caller.js';
import { API_KEY, chainOver } from '../../proxy.js';
import { runs } from '../../runs.js';
import { type Answerer, chunk, DONE, ScriptedUpstream } from '../../scripted-upstream.js';
import { until } from '../../until.js';

const CALLERS = runs(100, 40);
const MEGABYTE = 1024 * 1024;
const ALL_BYTES = 20 * MEGABYTE;
/** Far less than a whole stream, which would be in memory without back-pressure. */
const MOST_BYTES_EACH = 4 * MEGABYTE;
/** A stream that has not moved for this long has stopped. */
const STILL_MS = 1_000;
/** A slow reader reads once in this time. */
const REST_MS = 100;
/** Bytes that each slow reader reads in the test. */
const READ_BYTES = MEGABYTE;

const PIECE = Buffer.from(chunk({ role: 'assistant', content: 'x'.repeat(64 * 1024 - 200) }));
const PIECES = Math.ceil(ALL_BYTES / PIECE.length);
const END = Buffer.from(chunk({}, 'stop') + DONE);

/** The largest share of its bytes that a provider may send. The kernel's buffers take some on the way. */
const MOST_SENT = 0.7;
/** Callers that read to the end in the last part of the test. */
const PATIENT = 5;

const PROC = '/proc/self/status';

/** Returns the resident memory of a process, in bytes. */
const residentBytes = ({ pid }: ChildProcess): number => {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  return Number(/^VmRSS:\s+(\d+) kB/m.exec(status)?.[1]) * 1024;
};

describe('Slow readers', () => {
  let upstream: ScriptedUpstream;
  let folder: string;
  let child: ChildProcess;
  let address: string;
  let callers: RawCaller[] = [];
  /** What the process wrote to stderr. */
  let errorOutput = '';
  /** Bytes that the provider has sent, in all streams. */
  let written = 0;
  /** Memory of the process after it has served one stream, in bytes. */
  let bytesBefore: number;

  /** Sends as fast as the socket takes it. */
  const flood: Answerer = async (res, { aborted }) => {
    res.writeHead(200, { 'content-type': 'text/event-stream' });
    for (const piece of [...Array.from({ length: PIECES }, () => PIECE), END]) {
      const more = res.write(piece);
      if (!more) await Promise.race([new Promise((resolve) => res.once('drain', resolve)), aborted]);
      if (res.destroyed) return;
      written += piece.length;
    }
    res.end();
  };

  before(async function () {
    if (!existsSync(PROC)) this.skip();
    upstream = (await ScriptedUpstream.start()).always(flood);
    folder = mkdtempSync(join(tmpdir(), '429chain-slow-'));
    const configuration = { server: { apiKeys: [API_KEY], port: 0 }, ...chainOver([upstream]) };
    writeFileSync(join(folder, '429chain.json5'), JSON.stringify(configuration));
    child = spawn(process.execPath, [MAIN, 'start'], {
      cwd: folder,
      env: { PATH: process.env.PATH, HOME: folder },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      errorOutput += text;
    });
    let output = '';
    child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
    await until(() => /listens on \S+\/v1"/.test(output));
    address = /listens on (\S+)\/v1"/.exec(output)?.[1] ?? '';
    // Serving one stream makes the process grow to its usual size.
    await new RawCaller(address).answer();
    bytesBefore = residentBytes(child);
  });

  afterEach(() => {
    for (const caller of callers) caller.leave();
    callers = [];
  });

  after(async () => {
    if (child === undefined) return;
    const gone = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGKILL');
    await gone;
    await upstream.close();
    rmSync(folder, { recursive: true, force: true });
  });

  /** Resolves when the provider can send no more. */
  const stopped = async (): Promise<void> => {
    let [last, since] = [-1, performance.now()];
    await until(() => {
      if (written !== last) [last, since] = [written, performance.now()];
      return performance.now() - since > STILL_MS;
    });
  };

  /** Returns by how many bytes the process grows, at most, while the callers read like this. */
  const growth = async (read: (callers: readonly RawCaller[]) => Promise<void>): Promise<number> => {
    written = 0;
    let most = 0;
    const watch = setInterval(() => {
      most = Math.max(most, residentBytes(child) - bytesBefore);
    }, 50);
    callers = Array.from({ length: CALLERS }, () => new RawCaller(address));
    await read(callers).finally(() => clearInterval(watch));
    return most;
  };

  const megabytes = (bytes: number): string => `${(bytes / MEGABYTE / CALLERS).toFixed(1)} MB each`;

  it(`${CALLERS} that do not read at all make the provider stop, and the process hardly grows`, async () => {
    const grown = await growth(async (all) => {
      for (const { socket } of all) socket.pause();
      await stopped();
    });
    console.log(`      the process grew by ${megabytes(grown)}, the provider sent ${megabytes(written)}`);
    expect(grown).to.be.below(CALLERS * MOST_BYTES_EACH);
    expect(written).to.be.below(CALLERS * ALL_BYTES * MOST_SENT);
  });

  it(`${CALLERS} that read slowly slow the provider down, and the process hardly grows`, async () => {
    const grown = await growth(async (all) => {
      for (const { socket } of all) socket.on('data', () => socket.pause());
      const reading = setInterval(() => {
        for (const { socket } of all) socket.resume();
      }, REST_MS);
      await until(() => all.every(({ bytes }) => bytes >= READ_BYTES)).finally(() => clearInterval(reading));
    });
    console.log(`      the process grew by ${megabytes(grown)}, the provider sent ${megabytes(written)}`);
    expect(grown).to.be.below(CALLERS * MOST_BYTES_EACH);
    expect(written).to.be.below(CALLERS * ALL_BYTES * MOST_SENT);
  });

  it('that continue to read get their whole stream', async () => {
    await growth(async (all) => {
      for (const { socket } of all) socket.pause();
      await stopped();
      for (const caller of all.slice(PATIENT)) caller.leave();
      for (const { socket } of all.slice(0, PATIENT)) socket.resume();
      for (const caller of all.slice(0, PATIENT)) {
        const { body, whole } = await caller.answer();
        expect(whole).to.equal(true);
        expect(body.length).to.equal(PIECES * PIECE.length + END.length);
        expect(body.subarray(-END.length).equals(END)).to.equal(true);
      }
    });
  });

  it('cause no error in the log when their connection breaks', async () => {
    const caller = new RawCaller(address);
    await until(() => caller.bytes > 0);
    caller.socket.resetAndDestroy();
    await upstream.received.at(-1)?.aborted;
    await new RawCaller(address).answer();
    expect(errorOutput).to.equal('');
  });
});
