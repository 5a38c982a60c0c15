import type { ProtocolReply, Refusal } from '../plugin/door/protocol.js';

/** Returns what a refused caller gets in OpenAI's shape. */
export const openAiReply = ({ status, headers, error }: Refusal): ProtocolReply => ({
  status,
  headers,
  body: { error },
});
