import { once } from 'node:events';
import { createServer } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { expect } from 'chai';
import sinon from 'sinon';
import { readJson } from '../../../src/http/body.js';
import { Exchange } from '../../../src/http/exchange.js';
import { readUpload } from '../../../src/http/multipart/read-upload.js';
import { BodiesInFlight, type BodyBounds } from '../../../src/http/uploads/bodies-in-flight.js';
import { UploadWatch } from '../../../src/http/uploads/upload-watch.js';
import type { ChainError } from '../../../src/plugin/door/errors.js';
import { until } from '../../until.js';

const LOOK_MS = 15_000;
const BODY = '{"messages":[]}';

describe('An upload that stalls', () => {
  const readers: [what: string, type: string, read: (exchange: Exchange, bounds: BodyBounds) => Promise<unknown>][] = [
    ['JSON', 'application/json', readJson],
    ['a form', 'multipart/form-data; boundary=b', readUpload],
  ];

  for (const [what, type, read] of readers) {
    describe(what, () => {
      let bounds: BodyBounds;
      let server: ReturnType<typeof createServer>;
      let ends: string[];
      let socket: Socket;
      let received: Socket;
      let clock: sinon.SinonFakeTimers;

      beforeEach(async () => {
        ends = [];
        clock = sinon.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
        const bodiesInFlight = new BodiesInFlight(new UploadWatch(LOOK_MS));
        bounds = { maxBodyBytes: 1_000_000, maxBodiesInFlight: 1_000_000, bodiesInFlight };
        server = createServer(async (req, res) => {
          const end = await read(new Exchange(req, res, '/'), bounds).then(
            () => 'read',
            (error: ChainError) => error.code ?? error.message,
          );
          ends.push(end);
          res.end();
        });
        server.listen(0, '127.0.0.1');
        await once(server, 'listening');
        const accepted = once(server, 'connection');
        socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
        [received] = (await accepted) as [Socket];
      });

      afterEach(async () => {
        clock.restore();
        socket.destroy();
        server.close();
        await once(server, 'close');
      });

      const announce = (bytes: number): void => {
        socket.write(`POST / HTTP/1.1\r\nhost: a\r\ncontent-type: ${type}\r\ncontent-length: ${bytes}\r\n\r\n`);
      };

      it('is refused, and no longer counts as in flight', async () => {
        announce(500_000);
        socket.write('{');
        await until(() => bounds.bodiesInFlight.bytes > 0);
        clock.tick(2 * LOOK_MS);
        await until(() => ends.length > 0);
        expect(ends).to.deep.equal(['upload_stalled']);
        await until(() => bounds.bodiesInFlight.bytes === 0);
      });

      it('is read if its bytes come slowly', async () => {
        const body = type === 'application/json' ? BODY : '--b\r\n\r\nx\r\n--b--';
        announce(body.length);
        await until(() => bounds.bodiesInFlight.bytes > 0);
        for (const byte of body) {
          const before = received.bytesRead;
          socket.write(byte);
          await until(() => received.bytesRead > before);
          clock.tick(LOOK_MS);
        }
        await until(() => ends.length > 0);
        expect(ends).to.deep.equal(['read']);
      });
    });
  }
});
