import { type Bench, HELLO, must } from '../bench.js';
import { silence, stream } from '../scripted-upstream.js';
import { StreamReader } from '../stream-reader.js';
import type { Check } from './check.js';

const STILL_OPEN = 'The provider goes on with an answer that nobody waits for.';
const STILL_HELD = 'A slot of the target is still held.';

const isAborted = async (bench: Bench): Promise<void> => {
  let aborted = false;
  void bench.received.aborted.then(() => {
    aborted = true;
  });
  await bench.until(() => aborted, STILL_OPEN);
  await bench.until(() => bench.standing.inFlight === 0, STILL_HELD);
};

export const ABORT: readonly Check[] = [
  {
    name: 'stops at once where the caller leaves before the answer begins',
    run: async (bench) => {
      bench.upstream.always(silence);
      const leaving = new AbortController();
      const asked = bench.fetch({ model: 'alone' }, leaving.signal).catch(() => {});
      await bench.until(() => bench.upstream.received.length > 0, 'The provider was not asked at all.');
      leaving.abort();
      await asked;
      await isAborted(bench);
    },
  },
  {
    name: 'stops at once where the caller leaves in the midst of a stream',
    run: async (bench) => {
      const parts = bench.shape.stream(HELLO);
      const first = parts.findIndex((part) => part.includes(HELLO.pieces[0]?.trim() ?? ''));
      bench.upstream.always(stream(parts.slice(0, first + 1), 'hang'));
      const leaving = new AbortController();
      const reader = new StreamReader(await bench.fetch({ model: 'alone', stream: true }, leaving.signal));
      await reader.read(() => reader.text !== '');
      must(reader.text !== '', 'The stream ended before a word had come.');
      leaving.abort();
      await isAborted(bench);
    },
  },
];
