import { HELLO, must, PROVIDER_KEY, USER } from '../bench.js';
import { type Check, choiceOf, messageOf, same, sends } from './check.js';

const TURNS = [
  { role: 'system', content: 'Answer like a sailor.' },
  { role: 'user', content: 'Where are we?' },
  { role: 'assistant', content: 'At sea.' },
  { role: 'user', content: [{ type: 'text', text: 'Which sea?' }] },
];

export const ANSWERS: readonly Check[] = [
  {
    name: 'sends the model and the message of the user',
    run: async (bench) => {
      bench.upstream.always(bench.answers(HELLO));
      await bench.ask({ model: 'alone' });
      sends(bench, 'the model', bench.model);
      sends(bench, 'the message of the user', USER);
    },
  },
  {
    name: 'sends the key in a header and nowhere else',
    run: async (bench) => {
      bench.upstream.always(bench.answers(HELLO));
      await bench.ask({ model: 'alone' });
      must(JSON.stringify(bench.received.headers).includes(PROVIDER_KEY), 'No header has the key.');
      must(!bench.sent.includes(PROVIDER_KEY), 'The key is in the URL or in the body, where logs can keep it.');
    },
  },
  {
    name: 'sends a whole conversation with its system message',
    run: async (bench) => {
      bench.upstream.always(bench.answers(HELLO));
      choiceOf(await bench.ask({ model: 'alone', messages: TURNS }));
      for (const words of ['Answer like a sailor.', 'Where are we?', 'At sea.', 'Which sea?'])
        sends(bench, 'a message', words);
    },
  },
  {
    name: 'accepts the common parameters',
    run: async (bench) => {
      bench.upstream.always(bench.answers(HELLO));
      choiceOf(await bench.ask({ model: 'alone', temperature: 0.5, top_p: 0.9, max_tokens: 40, stop: ['\n\n'] }));
    },
  },
  {
    name: 'returns the answer unchanged',
    run: async (bench) => {
      bench.upstream.always(bench.answers(HELLO));
      const answered = await bench.ask({ model: 'alone' });
      same('choices[0].message.content', messageOf(answered).content, HELLO.pieces.join(''));
      same('choices[0].message.role', messageOf(answered).role, 'assistant');
      same('choices[0].finish_reason', choiceOf(answered).finish_reason, 'stop');
      same('object', answered.body.object, 'chat.completion');
    },
  },
  {
    name: 'counts the tokens of an answer',
    run: async (bench) => {
      bench.upstream.always(bench.answers(HELLO));
      const { body } = await bench.ask({ model: 'alone' });
      const { prompt_tokens: input, completion_tokens: output } = (body.usage ?? {}) as Record<string, unknown>;
      same('usage.prompt_tokens', input, HELLO.usage.input);
      same('usage.completion_tokens', output, HELLO.usage.output);
    },
  },
];
