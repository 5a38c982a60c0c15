import { HELLO, must, SPARE_TEXT } from '../bench.js';
import { stream } from '../scripted-upstream.js';
import { StreamReader } from '../stream-reader.js';
import { type Check, same } from './check.js';

const STREAMED = { model: 'alone', stream: true };
const WITH_USAGE = { ...STREAMED, stream_options: { include_usage: true } };
const TEXT = HELLO.pieces.join('');

export const STREAMS: readonly Check[] = [
  {
    name: 'relays a stream while it arrives, and ends it in the format of OpenAI',
    run: async (bench) => {
      const parts = bench.shape.stream(HELLO);
      const first = parts.findIndex((part) => part.includes(HELLO.pieces[0]?.trim() ?? ''));
      must(first !== -1, `No part of the stream in \`upstream.stream\` contains "${HELLO.pieces[0]}".`);
      let resume = (): void => {};
      const seen = new Promise<void>((resolve) => {
        resume = resolve;
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
      resume();
      await reader.read();
      same('The text', reader.text, TEXT);
      same('The last finish_reason', reader.finish, 'stop');
      must(reader.done && reader.error === undefined, `The stream has no [DONE]: ${JSON.stringify(reader.error)}`);
    },
  },
  {
    name: 'reads a stream that arrives byte by byte',
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
      bench.upstream.always(bench.answers(HELLO, { streamed: true }));
      const { usage } = await new StreamReader(await bench.fetch(WITH_USAGE)).read();
      must(
        usage !== undefined && usage.estimated !== true,
        'No chunk has the usage. Send it in a separate chunk with choices: [].',
      );
      same('usage.prompt_tokens', usage.prompt_tokens, HELLO.usage.input);
      same('usage.completion_tokens', usage.completion_tokens, HELLO.usage.output);
    },
  },
  {
    name: 'detects a stream that breaks off',
    run: async (bench) => {
      const parts = bench.shape.stream(HELLO);
      const last = parts.findLastIndex((part) => part.includes(HELLO.pieces.at(-1)?.trim() ?? ''));
      bench.upstream.always(stream(parts.slice(0, last), 'cut'));
      const { done, error } = await new StreamReader(await bench.fetch(STREAMED)).read();
      must(!done && error !== undefined, 'The client got [DONE] and no error for half of an answer.');
    },
  },
  {
    name: 'falls back if a stream begins with an error',
    run: async (bench) => {
      bench.upstream.always(stream([bench.shape.streamError('the engine is on fire')]));
      const reader = await new StreamReader(await bench.fetch({ stream: true })).read();
      same('The text', reader.text, SPARE_TEXT);
    },
  },
  {
    name: 'falls back if a stream is empty',
    run: async (bench) => {
      bench.upstream.always(stream([]));
      const reader = await new StreamReader(await bench.fetch({ stream: true })).read();
      same('The text', reader.text, SPARE_TEXT);
    },
  },
];
