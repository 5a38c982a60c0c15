import { expect } from 'chai';
import { bodyReaderOf } from '../../scripts/bench/load/body-reader.js';
import { MEASURES, measuredIn } from '../../scripts/bench/measures.js';
import { PHASES } from '../../scripts/bench/phases/phases.js';
import { sharesOf } from '../../scripts/bench/profile/shares.js';

const CHUNKED = 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked';

describe('the bench', () => {
  for (const size of [1, 2, 3, 7, 100]) {
    it(`reads a chunked body that comes ${size} bytes at a time`, () => {
      const bytes = Buffer.from('5\r\nhello\r\n1a\r\nabcdefghijklmnopqrstuvwxyz\r\n0\r\n\r\n');
      const reader = bodyReaderOf(CHUNKED);
      let text = '';
      const ends: boolean[] = [];
      for (let at = 0; at < bytes.length; at += size)
        ends.push(reader.read(bytes.subarray(at, at + size), (data) => (text += data.toString())));
      expect(text).to.equal('helloabcdefghijklmnopqrstuvwxyz');
      expect(ends.map((end, index) => end === (index === ends.length - 1))).not.to.include(false);
    });
  }

  it('reads a body with a length', () => {
    const reader = bodyReaderOf('HTTP/1.1 200 OK\r\nContent-Length: 5');
    expect([reader.read(Buffer.from('hel'), undefined), reader.read(Buffer.from('lo'), undefined)]).to.eql([
      false,
      true,
    ]);
  });

  it('compares within a round, and leaves disturbed rounds out', () => {
    const round = (noisy: boolean, floor: number, proxy: number) => ({
      noisy,
      lanes: { 'koa-floor': { cpuUs: floor }, '429chain': { cpuUs: proxy } },
    });
    const rounds = [round(false, 1, 2), round(true, 1, 100), round(false, 10, 20), round(false, 5, 15)];
    const [plain] = MEASURES.filter(({ phase }) => phase === 'plain');
    expect(measuredIn(plain as (typeof MEASURES)[number], rounds)).to.equal(2);
  });

  it('measures in phases that there are, and each measure once', () => {
    const phases = PHASES.map(({ name }) => name);
    expect(MEASURES.filter(({ phase }) => !phases.includes(phase))).to.eql([]);
    expect(new Set(MEASURES.map(({ what }) => what)).size).to.equal(MEASURES.length);
  });

  it('adds up a profile by category, without its beginning and what was idle', () => {
    const node = (id: number, functionName: string, url: string, ...children: number[]) => ({
      id,
      callFrame: { functionName, url, lineNumber: 0 },
      children,
    });
    const nodes = [
      node(1, '(root)', '', 2, 5, 6),
      node(2, 'handle', 'file:///here/dist/src/http/server.js', 3, 4),
      node(3, 'replace', ''),
      node(4, 'writev', ''),
      node(5, '(idle)', ''),
      node(6, '(garbage collector)', ''),
    ];
    const profile = { nodes, samples: [6, 2, 3, 4, 5, 6], timeDeltas: [500, 100, 100, 100, 900, 100] };
    expect(sharesOf(profile, 550, (url) => url)).to.eql([
      { category: 'src/http', percent: 50, mostly: 'handle, replace' },
      { category: 'writes to sockets', percent: 25, mostly: 'writev' },
      { category: 'garbage collection', percent: 25, mostly: '' },
    ]);
  });
});
