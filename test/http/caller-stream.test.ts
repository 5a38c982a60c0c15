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
