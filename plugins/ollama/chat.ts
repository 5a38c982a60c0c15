import type { Protocol } from '429chain/plugin';
import { messagesOf } from './messages.js';
import { protocolOf } from './protocol.js';
import { settingsOf } from './settings.js';

/** `POST /api/chat`. */
export const chat = (now: () => number): Protocol =>
  protocolOf({
    name: 'ollama-chat',
    path: '/api/chat',
    now,
    read: (body, call) => ({
      messages: messagesOf(body.messages),
      settings: settingsOf(body, call, ['messages']),
    }),
    carry: ({ text = '', thinking, calls }) => ({
      message: {
        role: 'assistant',
        content: text,
        ...(thinking === undefined ? {} : { thinking }),
        ...(calls === undefined ? {} : { tool_calls: calls }),
      },
    }),
  });
