import type { Attachment, Message, Side, Turn } from './conversation.js';
import { messagesOf } from './conversation.js';
import type { Draft } from './draft.js';
import type { Fields } from './fields.js';
import { parameterFields } from './parameters.js';
import type { PlaygroundProtocol } from './protocol.js';
import type { ProtocolId } from './protocol-id.js';
import { chat } from './protocols/chat.js';
import { completions } from './protocols/completions.js';
import { embeddings } from './protocols/embeddings.js';
import { images } from './protocols/images.js';
import { messages } from './protocols/messages.js';
import { moderations } from './protocols/moderations.js';
import { rerank } from './protocols/rerank.js';
import { responses } from './protocols/responses.js';
import { speech } from './protocols/speech.js';
import { transcriptions, translations } from './protocols/transcriptions.js';

/** Every way to ask 429chain, in the order in which they are offered. */
export const PROTOCOLS: readonly PlaygroundProtocol[] = [
  chat,
  responses,
  messages,
  completions,
  embeddings,
  rerank,
  moderations,
  images,
  speech,
  transcriptions,
  translations,
];

/** The protocol with this id; chat completions for an id that is unknown. */
export const protocolOf = (id: ProtocolId): PlaygroundProtocol => PROTOCOLS.find((each) => each.id === id) ?? chat;

/** What a request consists of. */
export interface PlaygroundRequest {
  readonly body: Fields;
  /** Sent beside the fields, as a form. */
  readonly file?: Attachment;
}

/** The request of one side for what is asked now, after `turns`. */
export const requestOf = (
  draft: Draft,
  asked: Exclude<Message, { role: 'assistant' }>,
  turns: readonly Turn[],
  side: Side,
): PlaygroundRequest => {
  const protocol = protocolOf(draft.protocol);
  const before = turns.filter((turn) => protocol.converses && protocolOf(turn.protocol).converses);
  const said = [...messagesOf([...before, { id: '', protocol: draft.protocol, asked, runs: [] }], side)];
  if (asked.role === 'user') said.push(asked);
  const model = draft.models[side] ?? draft.models[0] ?? '';
  const file = protocol.files === 'sound' ? draft.attachments[0] : undefined;
  return {
    body: {
      ...(model === '' && file !== undefined ? {} : { model }),
      ...protocol.body(draft, said),
      ...parameterFields(protocol.parameters, draft.values),
      ...draft.more,
    },
    ...(file === undefined ? {} : { file }),
  };
};

/** The message that a draft asks. */
export const askedBy = ({ prompt, attachments }: Draft): Extract<Message, { role: 'user' }> => ({
  role: 'user',
  text: prompt,
  attachments,
});
