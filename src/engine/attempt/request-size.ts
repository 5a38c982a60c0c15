import type { RequestSize } from '../request.js';

/** A shorter string may be text. */
const SHORTEST_EMBEDDED = 4_096;
const DATA_URL = /^data:[\w/+.-]{1,100};base64,/;
const NOT_BASE64 = /[^A-Za-z0-9+/=]/;
/** What an embedded picture or sound counts for. Providers count some hundred to some thousand tokens for one. */
const EMBEDDED_BYTES = 4_000;
/** OpenAI accepts no more. A larger number in the estimate would keep the request from every target. */
const MOST_CHOICES = 128;

/** Measures a request. `text` is the JSON of `body` as it came. */
export const sizeOf = (body: Readonly<Record<string, unknown>>, text: string): RequestSize => {
  const bound = body.max_completion_tokens ?? body.max_tokens;
  const choices = Math.min(choicesOf(body), MOST_CHOICES);
  return {
    bytes: Buffer.byteLength(text) - embeddedBytes(text),
    bound: typeof bound === 'number' && bound > 0 ? bound * choices : undefined,
    choices,
  };
};

/** Returns how many choices the caller asks for. */
export const choicesOf = ({ n }: Readonly<Record<string, unknown>>): number => (typeof n === 'number' && n > 1 ? n : 1);

/**
 * Returns by how many bytes `text` is longer than what its embedded data counts for. Goes from quote to quote: one regular
 * expression for the whole text runs out of stack at a few megabytes.
 */
const embeddedBytes = (text: string): number => {
  let bytes = 0;
  for (let start = text.indexOf('"'); start !== -1; ) {
    // Skips to the last quote that is near: no embedded data fits in between.
    const near = text.lastIndexOf('"', start + SHORTEST_EMBEDDED);
    const end = near > start ? near : text.indexOf('"', start + 1);
    if (end - start > SHORTEST_EMBEDDED) {
      const piece = text.slice(start + 1, end);
      const data = piece.slice(DATA_URL.exec(piece)?.[0].length ?? 0);
      if (data.length >= SHORTEST_EMBEDDED && !NOT_BASE64.test(data)) bytes += piece.length - EMBEDDED_BYTES;
    }
    start = end;
  }
  return bytes;
};
