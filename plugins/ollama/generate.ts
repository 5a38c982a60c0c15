import type { Fields, Protocol } from '429chain/plugin';
import { contentOf } from './content.js';
import { refuse, textAt } from './fields.js';
import { protocolOf } from './protocol.js';
import { settingsOf } from './settings.js';

const FORGOTTEN =
  'context: the earlier conversation is lost, because 429chain keeps none. Use /api/chat with all of its messages.';

/** `POST /api/generate`: a prompt without a conversation. */
export const generate = (now: () => number): Protocol =>
  protocolOf({
    name: 'ollama-generate',
    path: '/api/generate',
    now,
    read: (body, call) => ({
      messages: messagesOf(body),
      settings: settingsOf({ ...body, tools: undefined }, call, ['prompt', 'suffix', 'system', 'images', 'context']),
      warnings: Array.isArray(body.context) && body.context.length > 0 ? [FORGOTTEN] : [],
    }),
    carry: ({ text = '', thinking }) => ({ response: text, ...(thinking === undefined ? {} : { thinking }) }),
  });

const messagesOf = ({ prompt, suffix, system, images }: Fields): readonly Fields[] => {
  if (textAt(suffix, 'suffix') !== '') refuse('suffix', 'Chat models cannot fill a gap. Leave it out.');
  const content = contentOf(textAt(prompt, 'prompt'), images, 'images');
  if (content === '') return [];
  const instruction = textAt(system, 'system');
  return [...(instruction === '' ? [] : [{ role: 'system', content: instruction }]), { role: 'user', content }];
};
