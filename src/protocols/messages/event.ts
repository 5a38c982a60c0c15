import type { Fields } from '../fields.js';

/** Returns one event of a streamed answer. Clients read its name from both lines. */
export const eventText = (type: string, fields: Fields = {}): string =>
  `event: ${type}\ndata: ${JSON.stringify({ type, ...fields })}\n\n`;

/** What a delta adds to its block, and the field that has it. */
const DELTAS = {
  text_delta: 'text',
  thinking_delta: 'thinking',
  signature_delta: 'signature',
  input_json_delta: 'partial_json',
} as const;

/** Returns the event that adds `text` to the block at `index`. A stream consists of them: only the text is serialised. */
export const deltaText = (index: number, type: keyof typeof DELTAS, text: string): string =>
  `event: content_block_delta\ndata: {"type":"content_block_delta","index":${index},"delta":{"type":"${type}","${DELTAS[type]}":${JSON.stringify(text)}}}\n\n`;
