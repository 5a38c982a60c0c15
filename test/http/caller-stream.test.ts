import { createServer, get, type Server, type ServerResponse } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { expect } from 'chai';
import { CallerStream } from '../../src/http/caller-stream.js';

const KILOBYTE = 1024;

describe('A stream to a caller', () => {
  let server: Server;

  afterEach(() => {
    server.closeAllConnections();
    server.close();
  });

  /** Resolves with the body of a response that `write` writes, piece by piece as it arrived. */
  const bodyOf = (write: (stream: CallerStream, res: ServerResponse) => void): Promise<string[]> =>
    new Promise((resolve, reject) => {
      server = createServer((_, res) => {
        const stream = new CallerStream(res, 60_000);
        stream.begin();
        write(stream, res);
      }).listen(0, '127.0.0.1', () => {
        const { port } = server.address() as AddressInfo;
        get({ host: '127.0.0.1', port, agent: false }, (res) => {
          const pieces: string[] = [];
          res.setEncoding('utf8').on('data', (piece: string) => void pieces.push(piece));
          res.on('end', () => resolve(pieces)).on('error', reject);
        }).on('error', reject);
      });
    });

  const frames = (count: number): Buffer[] => Array.from({ length: count }, (_, at) => Buffer.from(`data: ${at}\n\n`));

  it('gets everything in order, in one piece of HTTP for all that comes in a turn', async () => {
    const all = frames(20);
    const pieces = await bodyOf((stream) => {
      for (const frame of all) stream.write(frame);
      setImmediate(() => stream.end());
    });
    expect(pieces.join('')).to.equal(Buffer.concat(all).toString());
    expect(pieces).to.have.length(1);
  });

  it('gets what was written in the turn of its end, and the rest behind it', async () => {
    const all = frames(5);
    const pieces = await bodyOf((stream) => {
      for (const frame of all) stream.write(frame);
      stream.end('data: rest\n\n');
    });
    expect(pieces.join('')).to.equal(`${Buffer.concat(all)}data: rest\n\n`);
  });

  const BODIES: readonly (readonly [what: string, turns: readonly string[], rest: string])[] = [
    ['one turn', ['data: a\n\n'], ''],
    ['one turn with its end', [], 'data: a\n\n'],
    ['letters of more than one byte in the first piece', ['data: Ä 你好 🎉\n\n'], ''],
    ['letters of more than one byte in the last piece', ['data: a\n\n'], 'data: Ä 你好 🎉\n\n'],
    ['several turns', ['data: a\n\n', 'data: b\n\n', 'data: c\n\n'], 'data: [DONE]\n\n'],
    ['several turns without a rest', ['data: a\n\n', 'data: b\n\n'], ''],
    ['nothing', [], ''],
  ];
  for (const [what, turns, rest] of BODIES) {
    for (const version of ['1.1', '1.0']) {
      it(`leaves the connection of HTTP ${version} ready for the next request, after ${what}`, async () => {
        const received = await new Promise<string>((resolve, reject) => {
          server = createServer((req, res) => {
            if (req.url === '/next') {
              res.end('the next answer');
              return;
            }
            const stream = new CallerStream(res, 60_000);
            stream.begin();
            const write = (at: number): void => {
              const turn = turns[at];
              if (turn === undefined) {
                stream.end(rest);
                return;
              }
              stream.write(Buffer.from(turn));
              setImmediate(write, at + 1);
            };
            write(0);
          }).listen(0, '127.0.0.1', () => {
            const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
            const chunks: Buffer[] = [];
            socket.on('data', (chunk) => void chunks.push(chunk)).on('error', reject);
            socket.on('end', () => resolve(Buffer.concat(chunks).toString()));
            const head = `HTTP/${version}\r\nhost: x\r\nconnection:`;
            socket.write(`GET / ${head} ${version === '1.0' ? 'close' : 'keep-alive'}\r\n\r\n`);
            if (version === '1.1') socket.write(`GET /next ${head} close\r\n\r\n`);
          });
        });
        const body = turns.join('') + rest;
        const [head = '', ...more] = received.split('\r\n\r\n');
        expect(head).to.match(/^HTTP\/1\.1 200 OK\r\n/);
        if (version === '1.0') {
          expect(more).to.deep.equal([body]);
          return;
        }
        expect(unchunked(received.slice(head.length + 4))).to.equal(body);
        expect(received).to.match(/\r\n\r\nthe next answer$/);
      });
    }
  }

  it('has no room once 64 KiB wait in a turn, and drains', async () => {
    const piece = Buffer.alloc(10 * KILOBYTE, 'x');
    const room: boolean[] = [];
    const pieces = await bodyOf((stream) => {
      for (let count = 0; count < 7; count++) room.push(stream.write(piece));
      stream.onDrain(() => stream.end());
    });
    expect(room).to.deep.equal([true, true, true, true, true, true, false]);
    expect(pieces.join('')).to.have.length(7 * piece.length);
  });

  it('drains each time that more came in a turn than there is room for', async () => {
    const piece = Buffer.alloc(70 * KILOBYTE, 'x');
    const pieces = await bodyOf((stream) => {
      let left = 20;
      const next = (): void => {
        if (left-- === 0) stream.end();
        else if (stream.write(piece)) throw new Error('There is no room for so much.');
        else stream.onDrain(next);
      };
      next();
    });
    expect(pieces.join('')).to.have.length(20 * piece.length);
  });

  it('is not ended by an empty piece', async () => {
    const pieces = await bodyOf((stream) => {
      stream.write(Buffer.from('data: 1\n\n'));
      setImmediate(() => {
        stream.write(Buffer.alloc(0));
        setImmediate(() => {
          stream.write(Buffer.from('data: 2\n\n'));
          stream.end();
        });
      });
    });
    expect(pieces.join('')).to.equal('data: 1\n\ndata: 2\n\n');
  });

  /** Resolves with all bytes that the server sends to one that sends `request` and waits for the end of the connection. */
  const bytesFor = (request: string, perAnswer: (count: number) => number): Promise<string> =>
    new Promise((resolve, reject) => {
      let answers = 0;
      server = createServer((_, res) => {
        const count = ++answers;
        const stream = new CallerStream(res, 60_000);
        stream.begin();
        let left = 3;
        const timer = setInterval(() => {
          stream.write(Buffer.from(`data: ${count}\n\n`));
          if (--left > 0) return;
          clearInterval(timer);
          stream.end();
        }, perAnswer(count));
      }).listen(0, '127.0.0.1', () => {
        const { port } = server.address() as AddressInfo;
        const socket = connect(port, '127.0.0.1', () => socket.write(request));
        let bytes = '';
        socket.setEncoding('latin1').on('data', (piece: string) => {
          bytes += piece;
        });
        socket.on('end', () => resolve(bytes)).on('error', reject);
      });
    });

  it('has no chunks for a caller that speaks HTTP/1.0', async () => {
    const [head, body] = (await bytesFor('GET / HTTP/1.0\r\n\r\n', () => 2)).split('\r\n\r\n');
    expect(head).to.not.contain('transfer-encoding');
    expect(body).to.equal('data: 1\n\n'.repeat(3));
  });

  it('waits for an earlier answer of the same connection', async () => {
    const two = 'GET / HTTP/1.1\r\nHost: a\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n';
    const bytes = await bytesFor(two, (count) => (count === 1 ? 10 : 1));
    const bodies = bytes.split(/HTTP\/1\.1 200 OK\r\n.*?\r\n\r\n/s).slice(1);
    const texts = bodies.map((body) => body.replace(/[\da-f]+\r\n|\r\n/g, ''));
    expect(texts).to.deep.equal(['data: 1\n\n'.repeat(3), 'data: 2\n\n'.repeat(3)]);
  });
});

/** Returns the chunked body at the start of a text. @throws Error if it is not well-formed */
const unchunked = (text: string): string => {
  const bytes = Buffer.from(text);
  const parts: Buffer[] = [];
  for (let at = 0; ; ) {
    const end = bytes.indexOf('\r\n', at);
    const length = Number.parseInt(bytes.toString('latin1', at, end), 16);
    const from = end + 2;
    at = from + length + 2;
    if (bytes.toString('latin1', from + length, at) !== '\r\n') throw new Error('A chunk does not end.');
    if (length === 0) return Buffer.concat(parts).toString();
    parts.push(bytes.subarray(from, from + length));
  }
};
