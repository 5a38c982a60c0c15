import { expect } from 'chai';
import { Stage } from '../engine/stream/stage.js';
import { type Answerer, chunk, completion, reply, stream } from '../scripted-upstream.js';
import { until } from '../until.js';

/** More bytes than fit into all buffers on the way. */
const WORDS = 'x'.repeat(256 * 1024);
const PIECES = Array.from({ length: 60 }, () => chunk({ content: WORDS }));
const HEAD = { 'content-type': 'text/event-stream' };

/** What a provider sends to a caller that reads nothing. */
const UNREAD: readonly (readonly [what: string, answerer: Answerer, body: object, status: number])[] = [
  ['a stream that goes on', stream(PIECES, 'hang'), {}, 499],
  ['a stream that ends', stream([...PIECES, chunk({}, 'stop')]), {}, 499],
  // The provider has given all of it.
  ['a whole answer', reply(200, completion(WORDS.repeat(60))), { stream: false }, 200],
];

describe('A caller that reads nothing of', () => {
  let stage: Stage;

  afterEach(() => stage.close());

  for (const [what, answerer, body, status] of UNREAD) {
    it(`${what} is disconnected, and its slot is free again`, async () => {
      stage = await Stage.set([answerer], {
        pace: { unreadMs: 150, silenceMs: 40 },
        provider: { limits: [{ concurrent: 1 }] },
      });
      const caller = stage.raw(body);
      await until(() => caller.bytes > 0);
      caller.socket.pause();
      await until(() => stage.outcomes.length === 1);
      expect(stage.outcomes[0]?.status).to.equal(status);
      expect(stage.proxy.app.runtime.status().targets[0]).to.deep.include({ inFlight: 0 });
      // The provider is not blamed.
      expect(stage.proxy.app.runtime.status().targets[0]?.state).to.equal('tracking');
      // Everything else would be read now.
      caller.socket.resume();
      await caller.closed;
      expect(caller.soFar.whole).to.equal(false);
    });
  }

  it('its answer because nothing of it has come is not disconnected', async () => {
    let end = (): void => {};
    const late: Answerer = (res) => {
      res.writeHead(200, HEAD);
      end = () => res.end(`${chunk({ content: 'late' })}${chunk({}, 'stop')}data: [DONE]\n\n`);
    };
    stage = await Stage.set([late], { pace: { unreadMs: 30 } });
    const caller = stage.raw();
    const from = performance.now();
    await until(() => performance.now() - from > 200);
    end();
    expect((await caller.answer()).body.toString()).to.contain('late');
  });
});
