import { definePlugin } from '429chain/plugin';
import { requestOf } from './request.js';
import { answerOf, chunksOf } from './translate.js';

/**
 * A provider type whose API is not OpenAI's: `messages`, for all that speak Anthropic's Messages API. The system message
 * stands apart, tools and their results are blocks of a message, a stream has named events, and usage other names.
 */
export default definePlugin({
  name: 'messages-provider',

  apply(api) {
    api.addProviderType('messages', {
      baseUrl: 'https://api.anthropic.com/v1',
      keyHeader: 'x-api-key',
      headers: { 'anthropic-version': '2023-06-01' },
      about: { title: 'Messages API', keyUrl: 'https://platform.claude.com/settings/keys' },

      // The API takes the beginning of an answer, and goes on from it.
      prefill: {},

      optionsSchema: {
        type: 'object',
        properties: { maxTokens: { type: 'integer', minimum: 1 } },
        additionalProperties: false,
      },

      // The request, from OpenAI's shape into theirs.
      adapt: ({ headers, body }, /** @type {{ maxTokens?: number }} */ { maxTokens = 4096 }) => ({
        path: '/messages',
        headers,
        body: requestOf(body, maxTokens),
      }),

      // The answer, from theirs into OpenAI's.
      translate: { answer: answerOf, stream: chunksOf },
    });
  },
});
