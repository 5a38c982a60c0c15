import { definePlugin, type Fields, type Plugin, type Protocol } from '../../../src/plugin/index.js';

export const line = (value: Fields): string => `${JSON.stringify(value)}\n`;

const textOf = ({ choices }: Fields): string => {
  const [choice] = (choices ?? []) as { delta?: { content?: string }; message?: { content?: string } }[];
  return choice?.delta?.content ?? choice?.message?.content ?? '';
};

/** A protocol with one question and one answer. */
export const plain: Protocol = {
  name: 'plain',
  path: '/plain/ask',
  streamType: 'application/x-ndjson',
  read: ({ ask, streamed = false, model }) => ({
    body: { model, stream: streamed, messages: [{ role: 'user', content: ask }] },
    answer: () => {
      let text = '';
      return {
        take: (chunked) => {
          const piece = textOf(chunked);
          text += piece;
          return piece === '' ? '' : line({ piece });
        },
        end: () => line({ over: true }),
        fail: ({ error }) => line({ error: error.message }),
        whole: () => ({ text }),
      };
    },
  }),
  refusal: ({ status, headers, error }) => ({ status, headers, body: { wrong: error.message } }),
  routes: [
    { method: 'GET', path: '/plain/list', answer: (call) => ({ body: { models: call.models().map(({ id }) => id) } }) },
  ],
};

export const pluginOf = (protocol: unknown, name = 'speaker'): Plugin =>
  definePlugin({ name, apply: (api) => api.addProtocol(protocol as Protocol) });

/** `plain` with a writer of which some functions are replaced. */
export const withWriter = (replaced: Fields): Protocol => ({
  ...plain,
  read: (body, call) => {
    const read = plain.read(body, call);
    return { ...read, answer: () => ({ ...read.answer?.(), ...replaced }) as never };
  },
});
