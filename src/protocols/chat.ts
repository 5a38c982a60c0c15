import type { Protocol } from '../plugin/door/protocol.js';
import { openAiReply } from './openai-reply.js';
import { isResponsesRequest, readOnChatPath } from './responses/request.js';

/** Chat completions: the protocol of the engine, so that nothing is translated. */
export const chat: Protocol = {
  name: 'chat',
  path: '/v1/chat/completions',
  // Cursor sends bodies in the form of the Responses API, and expects chat completions in return.
  read: (body) => ({ body: isResponsesRequest(body) ? readOnChatPath(body) : body }),
  refusal: openAiReply,
};
