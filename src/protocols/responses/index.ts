import type { Protocol, ProtocolRequest } from '../../plugin/door/protocol.js';
import type { AnswerMemory } from '../memory.js';
import { orNativeOnly } from '../native-only.js';
import { openAiReply } from '../openai-reply.js';
import { ResponsesAnswer } from './answer.js';
import { nativeResponses } from './native-answers.js';
import { nativeBody } from './native-body.js';
import { readRequest } from './request.js';
import { RequestTools } from './request-tools.js';
import { responsesRoutes } from './routes.js';

/** OpenAI's Responses API. */
export const responses = (memory: AnswerMemory): Protocol => ({
  name: 'responses',
  path: '/v1/responses',
  native: nativeResponses,
  read: (asked, call) => {
    const mine = memory.of(call);
    const translated = (): ProtocolRequest => {
      const { body: chat, omissions, tools } = readRequest(asked, mine);
      return {
        body: chat,
        omitted: omissions.omitted,
        warnings: omissions.warnings,
        answer: () => new ResponsesAnswer({ asked, chat, tools, call }),
      };
    };
    const tools = new RequestTools(mine);
    const read = orNativeOnly(asked, translated, () => new ResponsesAnswer({ asked, chat: asked, tools, call }));
    return { ...read, nativeBody: nativeBody(asked, mine) };
  },
  refusal: openAiReply,
  routes: responsesRoutes,
});
