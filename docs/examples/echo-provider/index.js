import { createServer } from 'node:http';
import { json } from 'node:stream/consumers';
import { definePlugin } from '429chain/plugin';

/**
 * A provider type of one's own, in one file: `echo`. It says what you said.
 *
 * A real provider has a server already. This one starts its own, so that it can be tried without an account.
 */
export default definePlugin({
  name: 'echo-provider',

  async apply(api) {
    const server = createServer(answer);
    // It alone keeps no process alive.
    server.unref();
    await new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(undefined)));
    api.onClose(() => void server.close());

    const address = /** @type {import('node:net').AddressInfo} */ (server.address());
    api.addProviderType('echo', {
      baseUrl: `http://127.0.0.1:${address.port}/v1`,

      // What a provider allows and never tells in headers. Yours may need none.
      knownLimits: [{ concurrent: 8 }],

      // What a provider refuses, as data. Applied only to requests that have the field.
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

      // For what data cannot say.
      adapt: (request, /** @type {{ voice?: 'quiet' | 'loud' }} */ { voice = 'quiet' }) => ({
        ...request,
        headers: { ...request.headers, 'x-echo-voice': voice },
      }),
    });
  },
});

/** The server of the echo: OpenAI's chat completions, whole and streamed. @type {import('node:http').RequestListener} */
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
 * @typedef {object} Completion the fields of a request that are read here
 * @property {string} model
 * @property {{ content: unknown }[]} messages
 * @property {boolean} [stream]
 */
