import type { Fields } from '../fields.js';
import { jsonText } from '../json-text.js';

/** Returns one event of a streamed answer. Clients read its name from both lines. */
export const eventText = (type: string, fields: Fields = {}): string =>
  `event: ${type}\ndata: ${JSON.stringify({ type, ...fields })}\n\n`;

const DELTA = 'event: content_block_delta\ndata: {"type":"content_block_delta","index":';

/** What stands between the index of a block and a text that a delta adds to it. */
const BEFORE_TEXT = {
  text_delta: ',"delta":{"type":"text_delta","text":',
  thinking_delta: ',"delta":{"type":"thinking_delta","thinking":',
  signature_delta: ',"delta":{"type":"signature_delta","signature":',
  input_json_delta: ',"delta":{"type":"input_json_delta","partial_json":',
} as const;

/** Returns the event that adds `text` to the block at `index`. A stream consists of them: only the text is serialised. */
export const deltaText = (index: number, type: keyof typeof BEFORE_TEXT, text: string): string =>
  `${DELTA}${index}${BEFORE_TEXT[type]}${jsonText(text)}}}\n\n`;
