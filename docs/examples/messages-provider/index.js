import { definePlugin } from '429chain/plugin';
import { requestOf } from './request.js';
import { answerOf, chunksOf } from './translate.js';

/**
 * A provider type whose API is not OpenAI's: `messages`, for every API that is like Anthropic's Messages API. There the
 * system message is separate, tool calls and results are blocks of a message, a stream has named events, and usage has
 * other names.
 */
export default definePlugin({
  name: 'messages-provider',

  apply(api) {
    api.addProviderType('messages', {
      baseUrl: 'https://api.anthropic.com/v1',
      keyHeader: 'x-api-key',
      headers: { 'anthropic-version': '2023-06-01' },
      about: { title: 'Messages API', keyUrl: 'https://platform.claude.com/settings/keys' },

      // The API continues an answer from its beginning.
      prefill: {},

      optionsSchema: {
        type: 'object',
        properties: { maxTokens: { type: 'integer', minimum: 1 } },
        additionalProperties: false,
      },

      // Translates the request from OpenAI's shape.
      adapt: ({ headers, body }, /** @type {{ maxTokens?: number }} */ { maxTokens = 4096 }) => ({
        path: '/messages',
        headers,
        body: requestOf(body, maxTokens),
      }),

      // Translates the answer into OpenAI's shape.
      translate: { answer: answerOf, stream: chunksOf },
    });
  },
});
