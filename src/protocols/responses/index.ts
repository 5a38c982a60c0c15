import type { Protocol } from '../../plugin/door/protocol.js';
import type { AnswerMemory } from '../memory.js';
import { ResponsesAnswer } from './answer.js';
import { readRequest } from './request.js';
import { responsesRoutes } from './routes.js';

/** OpenAI's Responses API. */
export const responses = (memory: AnswerMemory): Protocol => ({
  name: 'responses',
  path: '/v1/responses',
  read: (asked, call) => {
    const { body: chat, omissions, tools } = readRequest(asked, memory.of(call));
    return {
      body: chat,
      omitted: omissions.omitted,
      warnings: omissions.warnings,
      answer: () => new ResponsesAnswer({ asked, chat, tools, call }),
    };
  },
  refusal: ({ status, headers, error }) => ({ status, headers, body: { error } }),
  routes: responsesRoutes,
});
