import { once } from 'node:events';
import { createServer } from 'node:http';
import { json } from 'node:stream/consumers';
import { definePlugin } from '429chain/plugin';

/**
 * @typedef {object} Options
 * @property {number} [port] the port of its server. Default: 3430
 */

/**
 * A provider type in one file: `echo`. It repeats what you say.
 *
 * A real provider has a server already. This one runs its own, so that you can try it without an account.
 */
export default definePlugin({
  name: 'echo-provider',

  optionsSchema: { type: 'object', properties: { port: { type: 'integer' } }, additionalProperties: false },

  apply(api, /** @type {Options} */ { port = 3430 }) {
    // Shared: after a reload, the server goes on with the new configuration. `unref`: it does not keep the process alive.
    const server = api.shared(
      `server on ${port}`,
      () => createServer(answer).unref().listen(port, '127.0.0.1'),
      (running) => void running.close(),
    );
    api.onReady(async () => {
      if (!server().listening) await once(server(), 'listening');
    });

    api.addProviderType('echo', {
      baseUrl: `http://127.0.0.1:${port}/v1`,

      // Limits that the provider's headers do not state. Yours may need none.
      knownLimits: [{ concurrent: 8 }],

      // What the provider refuses, as data. Applies only to requests that have the field.
      adaptations: [
        { field: 'logprobs', drop: true, why: 'an echo has no probabilities' },
        { field: 'max_completion_tokens', rename: 'max_tokens', why: 'an echo knows the old name' },
      ],

      // The `options` of each provider of this type: providers: { echo: { type: 'echo', options: { voice: 'loud' } } }
      optionsSchema: {
        type: 'object',
        properties: { voice: { enum: ['quiet', 'loud'] } },
        additionalProperties: false,
      },

      // For what cannot be said as data.
      adapt: (request, /** @type {{ voice?: 'quiet' | 'loud' }} */ { voice = 'quiet' }) => ({
        ...request,
        headers: { ...request.headers, 'x-echo-voice': voice },
      }),
    });
  },
});

/** The server: OpenAI's chat completions, streamed or not. @type {import('node:http').RequestListener} */
const answer = async (req, res) => {
  const { model, messages, stream } = /** @type {Completion} */ (await json(req));
  const said = String(messages.at(-1)?.content);
  const content = req.headers['x-echo-voice'] === 'loud' ? said.toUpperCase() : said;
  const common = { id: 'echo', created: Math.floor(Date.now() / 1000), model };
  if (stream) {
    const chunk = { ...common, object: 'chat.completion.chunk' };
    res.writeHead(200, { 'content-type': 'text/event-stream' });
    res.write(event({ ...chunk, choices: [{ index: 0, delta: { role: 'assistant', content }, finish_reason: null }] }));
    res.write(event({ ...chunk, choices: [{ index: 0, delta: {}, finish_reason: 'stop' }] }));
    res.end('data: [DONE]\n\n');
    return;
  }
  const message = { role: 'assistant', content };
  res.writeHead(200, { 'content-type': 'application/json' });
  res.end(
    JSON.stringify({
      ...common,
      object: 'chat.completion',
      choices: [{ index: 0, message, finish_reason: 'stop' }],
      usage: { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 },
    }),
  );
};

/** @type {(data: object) => string} */
const event = (data) => `data: ${JSON.stringify(data)}\n\n`;

/**
 * @typedef {object} Completion the fields of a request that the server reads
 * @property {string} model
 * @property {{ content: unknown }[]} messages
 * @property {boolean} [stream]
 */
