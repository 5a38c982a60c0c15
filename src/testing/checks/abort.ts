import { type Bench, HELLO, must } from '../bench.js';
import { silence, stream } from '../scripted-upstream.js';
import { StreamReader } from '../stream-reader.js';
import type { Check } from './check.js';

const STILL_OPEN = 'The provider continues an answer after the client disconnected.';
const STILL_IN_FLIGHT = 'The target still has an attempt in flight.';

const isAborted = async (bench: Bench): Promise<void> => {
  let aborted = false;
  void bench.received.aborted.then(() => {
    aborted = true;
  });
  await bench.until(() => aborted, STILL_OPEN);
  await bench.until(() => bench.status.inFlight === 0, STILL_IN_FLIGHT);
};

export const ABORT: readonly Check[] = [
  {
    name: 'stops at once if the client disconnects before the answer begins',
    run: async (bench) => {
      bench.upstream.always(silence);
      const leaving = new AbortController();
      const response = bench.fetch({ model: 'alone' }, leaving.signal).catch(() => {});
      await bench.until(() => bench.upstream.received.length > 0, '429chain sent no request to the provider.');
      leaving.abort();
      await response;
      await isAborted(bench);
    },
  },
  {
    name: 'stops at once if the client disconnects during a stream',
    run: async (bench) => {
      const parts = bench.shape.stream(HELLO);
      const first = parts.findIndex((part) => part.includes(HELLO.pieces[0]?.trim() ?? ''));
      bench.upstream.always(stream(parts.slice(0, first + 1), 'hang'));
      const leaving = new AbortController();
      const reader = new StreamReader(await bench.fetch({ model: 'alone', stream: true }, leaving.signal));
      await reader.read(() => reader.text !== '');
      must(reader.text !== '', 'The stream ended without any text.');
      leaving.abort();
      await isAborted(bench);
    },
  },
];
