import { HELLO, must, SPARE_TEXT } from '../bench.js';
import { stream } from '../scripted-upstream.js';
import { StreamReader } from '../stream-reader.js';
import { type Check, same } from './check.js';

const STREAMED = { model: 'alone', stream: true };
const WITH_USAGE = { ...STREAMED, stream_options: { include_usage: true } };
const TEXT = HELLO.pieces.join('');

export const STREAMS: readonly Check[] = [
  {
    name: 'passes a stream on as it comes, and ends it as OpenAI does',
    run: async (bench) => {
      const parts = bench.shape.stream(HELLO);
      const first = parts.findIndex((part) => part.includes(HELLO.pieces[0]?.trim() ?? ''));
      must(first !== -1, `No part of the stream that the shape writes has the word "${HELLO.pieces[0]}".`);
      let goOn = (): void => {};
      const seen = new Promise<void>((resolve) => {
        goOn = resolve;
      });
      bench.upstream.always(async (res) => {
        res.writeHead(200, { 'content-type': 'text/event-stream' });
        for (const part of parts.slice(0, first + 1)) res.write(part);
        await seen;
        for (const part of parts.slice(first + 1)) res.write(part);
        res.end();
      });
      const reader = new StreamReader(await bench.fetch(STREAMED));
      await reader.read(() => reader.text !== '');
      goOn();
      await reader.read();
      same('The text', reader.text, TEXT);
      same('The last finish_reason', reader.finish, 'stop');
      must(reader.done && reader.error === undefined, `The stream has no [DONE]: ${JSON.stringify(reader.error)}`);
    },
  },
  {
    name: 'reads a stream that comes byte by byte',
    run: async (bench) => {
      const bytes = Buffer.from(bench.shape.stream(HELLO).join(''));
      bench.upstream.always(stream(Array.from(bytes, (byte) => Buffer.from([byte]))));
      const reader = await new StreamReader(await bench.fetch(STREAMED)).read();
      same('The text', reader.text, TEXT);
    },
  },
  {
    name: 'counts the tokens of a stream',
    run: async (bench) => {
      bench.upstream.always(bench.says(HELLO, { streamed: true }));
      const { usage } = await new StreamReader(await bench.fetch(WITH_USAGE)).read();
      must(usage !== undefined, 'No chunk has the usage. Put it into one of its own, with choices: [].');
      same('usage.prompt_tokens', usage.prompt_tokens, HELLO.usage.input);
      same('usage.completion_tokens', usage.completion_tokens, HELLO.usage.output);
    },
  },
  {
    name: 'does not take a stream that breaks off for a whole one',
    run: async (bench) => {
      const parts = bench.shape.stream(HELLO);
      const last = parts.findLastIndex((part) => part.includes(HELLO.pieces.at(-1)?.trim() ?? ''));
      bench.upstream.always(stream(parts.slice(0, last), 'cut'));
      const { done, error } = await new StreamReader(await bench.fetch(STREAMED)).read();
      must(!done && error !== undefined, 'The caller got [DONE], and no error, for half of an answer.');
    },
  },
  {
    name: 'asks the next target where a stream begins with an error',
    run: async (bench) => {
      bench.upstream.always(stream([bench.shape.streamError('the engine is on fire')]));
      const reader = await new StreamReader(await bench.fetch({ stream: true })).read();
      same('The text', reader.text, SPARE_TEXT);
    },
  },
  {
    name: 'asks the next target where a stream has nothing in it',
    run: async (bench) => {
      bench.upstream.always(stream([]));
      const reader = await new StreamReader(await bench.fetch({ stream: true })).read();
      same('The text', reader.text, SPARE_TEXT);
    },
  },
];
