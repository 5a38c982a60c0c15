import type { Protocol } from '../../plugin/door/protocol.js';
import type { AnswerMemory } from '../memory.js';
import { countedTokens, inputTokensOf } from './count-tokens.js';
import { MessageWriter } from './message-writer.js';
import { readRequest } from './read-request.js';
import { refusalReply } from './refusal.js';

/**
 * Anthropic's Messages API.
 * @param memory keeps what providers put on tool calls until the caller sends the calls back
 */
export const messages = (memory: AnswerMemory): Protocol => ({
  name: 'messages',
  path: '/v1/messages',
  headers: ({ requestId }) => ({ 'request-id': requestId }),
  read: (asked, call) => {
    const mine = memory.of(call);
    const { body, omitted, stops, showsThinking, names } = readRequest(asked, (id) => mine.extraOf(id));
    return {
      body,
      omitted: [...omitted],
      answer: () =>
        new MessageWriter({
          requestId: call.requestId,
          model: typeof asked.model === 'string' ? asked.model : '',
          stops,
          showsThinking,
          inputTokens: () => inputTokensOf(body, call),
          outputTokens: (content) => call.countTokens({ content }),
          toolName: (name) => names.toCaller(name).name,
          remember: (id, extra) => mine.rememberExtra(id, extra),
        }),
    };
  },
  refusal: (refusal, { requestId }) => refusalReply(refusal, requestId),
  routes: [
    {
      method: 'POST',
      path: '/v1/messages/count_tokens',
      answer: (call, body = {}) => ({ body: countedTokens(readRequest(body).body, call) }),
    },
  ],
});
