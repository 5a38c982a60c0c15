import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import fc from 'fast-check';
import { Spool } from '../../../src/http/multipart/spool.js';

const textOf = async (pieces: AsyncIterable<Buffer>): Promise<string> => {
  let text = '';
  for await (const piece of pieces) text += piece.toString();
  return text;
};

describe('A spool', () => {
  const before = process.env.TMPDIR;
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'spool-'));
    process.env.TMPDIR = folder;
  });
  afterEach(() => {
    if (before === undefined) delete process.env.TMPDIR;
    else process.env.TMPDIR = before;
    rmSync(folder, { recursive: true });
  });

  it('gives back any part of what it keeps, again and again, in memory and in a file', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.string({ maxLength: 9 }), { maxLength: 9 }),
        fc.integer({ min: 0, max: 40 }),
        fc.nat(60),
        fc.nat(60),
        async (chunks, mostInMemory, start, length) => {
          const spool = new Spool(mostInMemory);
          for (const chunk of chunks) await spool.append(Buffer.from(chunk));
          const all = Buffer.from(chunks.join(''));
          const [from, to] = [Math.min(start, all.length), Math.min(start + length, all.length)];
          for (let times = 0; times < 2; times++) {
            expect(await textOf(spool.read(from, to))).to.equal(all.subarray(from, to).toString());
          }
          expect(spool.isFile).to.equal(all.length > mostInMemory);
          await spool.close();
        },
      ),
      { numRuns: 60 },
    );
    expect(readdirSync(folder)).to.deep.equal([]);
  });

  it('has no file that anybody could open', async () => {
    const spool = new Spool(1);
    await spool.append(Buffer.from('hello'));
    expect(readdirSync(folder)).to.deep.equal([]);
    expect(await textOf(spool.read(1, 4))).to.equal('ell');
    await spool.close();
  });
});
