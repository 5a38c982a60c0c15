import type { Fields } from '../fields.js';

/** Returns one event of a streamed answer. Clients read its name from both lines. */
export const eventText = (type: string, fields: Fields = {}): string =>
  `event: ${type}\ndata: ${JSON.stringify({ type, ...fields })}\n\n`;

/** Returns the event that adds to the block at `index`. */
export const deltaText = (index: number, delta: Fields): string => eventText('content_block_delta', { index, delta });
