import type { Protocol } from '../plugin/door/protocol.js';
import { chat } from './chat.js';
import { AnswerMemory } from './memory.js';
import { messages } from './messages/index.js';
import { responses } from './responses/index.js';

/** Returns the protocols that 429chain speaks by itself. What they remember lives as long as they do. */
export const builtInProtocols = (): readonly Protocol[] => {
  const memory = new AnswerMemory();
  return [chat, responses(memory), messages(memory)];
};
