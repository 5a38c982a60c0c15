import { createHook } from 'node:async_hooks';
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import { expect } from 'chai';
import { LineOutput } from '../../src/logging/line-output.js';
import { until } from '../until.js';

describe('LineOutput', () => {
  let folder: string;
  let file: string;
  let fd: number;
  let dropped: number[];

  const open = (path = file): LineOutput => {
    fd = openSync(path, 'w');
    return new LineOutput(fd, (lines) => dropped.push(lines));
  };
  const numbered = Array.from({ length: 2_000 }, (_, index) => `line ${index}\n`);

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), '429chain-'));
    file = join(folder, 'log');
    dropped = [];
  });

  afterEach(() => {
    closeSync(fd);
    rmSync(folder, { recursive: true });
  });

  it('writes all lines in their order, without blocking', async () => {
    const output = open();
    for (const line of numbered) output.write(line);
    expect(readFileSync(file, 'utf8').length).to.be.below(100);
    await until(() => readFileSync(file, 'utf8') === numbered.join(''));
  });

  it('writes the lines of many turns of the event loop together', async () => {
    const output = open();
    let writes = 0;
    const hook = createHook({ init: (_, type) => void (type === 'FSREQCALLBACK' && writes++) }).enable();
    for (const line of numbered) {
      output.write(line);
      await turn();
    }
    await until(() => readFileSync(file, 'utf8') === numbered.join(''));
    hook.disable();
    expect(writes).to.be.within(2, numbered.length / 20);
  });

  it('writes a line after a silence without waiting for more', async () => {
    const output = open();
    for (const line of numbered.slice(0, 3)) {
      output.write(line);
      await until(() => readFileSync(file, 'utf8').endsWith(line));
    }
  });

  it('writes what is buffered at once when the process exits', async () => {
    const output = open();
    for (const line of numbered) output.write(line);
    output.flush();
    await until(() => readFileSync(file, 'utf8').split('\n').length >= numbered.length + 1);
    output.write('after it\n');
    await until(() => readFileSync(file, 'utf8').endsWith('after it\n'));
    // The line that was being written may end behind the others.
    const written = readFileSync(file, 'utf8')
      .split('\n')
      .filter((line) => line !== '');
    expect(written).to.have.members([...numbered.map((line) => line.trim()), 'after it']);
    expect(dropped).to.deep.equal([]);
  });

  it('does not keep the process from exiting on a full disk', () => {
    const output = open('/dev/full');
    for (const line of numbered) output.write(line);
    output.flush();
  });

  it('drops lines when too many are buffered, and says how many once there is room', async () => {
    const output = open();
    const long = `${'x'.repeat(1024 * 1024)}\n`;
    for (let count = 0; count < 20; count++) output.write(long);
    await until(() => dropped.length > 0);
    // The first is being written, and 15 more with their line ends fit into the buffer.
    expect(dropped).to.deep.equal([4]);
  });
});
