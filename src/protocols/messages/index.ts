import type { Protocol, ProtocolRequest } from '../../plugin/door/protocol.js';
import type { Fields } from '../fields.js';
import type { AnswerMemory } from '../memory.js';
import { orNativeOnly } from '../native-only.js';
import { countedTokens, inputTokensOf } from './count-tokens.js';
import { MessageWriter } from './message-writer.js';
import { nativeMessages } from './native-answers.js';
import { nativeBody } from './native-body.js';
import { readRequest } from './read-request.js';
import { refusalReply } from './refusal.js';

/**
 * Anthropic's Messages API.
 * @param memory keeps what providers put on tool calls until the caller sends the calls back
 */
export const messages = (memory: AnswerMemory): Protocol => ({
  name: 'messages',
  path: '/v1/messages',
  native: nativeMessages,
  headers: ({ requestId }) => ({ 'request-id': requestId }),
  read: (asked, call) => {
    const mine = memory.of(call);
    const options = {
      requestId: call.requestId,
      model: typeof asked.model === 'string' ? asked.model : '',
      outputTokens: (content: readonly Fields[]) => call.countTokens({ content }),
      remember: (id: string, extra: Fields) => mine.rememberExtra(id, extra),
    };
    const translated = (): ProtocolRequest => {
      const { body, omitted, stops, showsThinking, names } = readRequest(asked, (id) => mine.extraOf(id));
      const inputTokens = (): number => inputTokensOf(body, call);
      const toolName = (name: string): string => names.toCaller(name).name;
      return {
        body,
        omitted: [...omitted].map((what) => `dropped ${what}`),
        wholeCalls: true,
        answer: () => new MessageWriter({ ...options, stops, showsThinking, inputTokens, toolName }),
      };
    };
    const read = orNativeOnly(asked, translated, () => {
      const inputTokens = (): number => call.countTokens(asked);
      return new MessageWriter({ ...options, stops: [], showsThinking: true, inputTokens, toolName: (name) => name });
    });
    return { ...read, nativeBody: nativeBody(asked) };
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
