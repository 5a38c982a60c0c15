import { createServer, get, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
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

  it('gets everything in order, in one piece of HTTP for all that comes after the first write of a turn', async () => {
    const all = frames(20);
    const pieces = await bodyOf((stream) => {
      for (const frame of all) stream.write(frame);
      setImmediate(() => stream.end());
    });
    expect(pieces.join('')).to.equal(Buffer.concat(all).toString());
    expect(pieces).to.have.length(2);
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
});
