/** One server-sent event. A comment alone is a frame without data. */
export interface Frame {
  readonly event?: string;
  /** Its `data:` lines, joined; absent when there were none. */
  readonly data?: string;
}

export const DONE_FRAME = Buffer.from('data: [DONE]\n\n');

/**
 * Cuts a byte stream behind its last whole frame, whatever the chunks' borders are. Copies nothing when they agree, and
 * each byte of a frame in many chunks once.
 */
export class FrameSplitter {
  /** A frame whose end has not come yet. */
  #parts: Buffer[] = [];
  /** Its last bytes: a blank line may be torn. */
  #tail: Buffer = NO_BYTES;

  /** @returns all frames that are whole by now, byte for byte; `undefined` while there is none. */
  push(chunk: Buffer): Buffer | undefined {
    const probe = this.#tail.length === 0 ? chunk : Buffer.concat([this.#tail, chunk]);
    const end = lastFrameEnd(probe) - this.#tail.length;
    if (end <= 0) {
      this.#parts.push(chunk);
      this.#tail = probe.subarray(-TORN);
      return undefined;
    }
    const whole = end === chunk.length ? chunk : chunk.subarray(0, end);
    const frames = this.#parts.length === 0 ? whole : Buffer.concat([...this.#parts, whole]);
    this.#parts = end === chunk.length ? [] : [chunk.subarray(end)];
    this.#tail = chunk.subarray(Math.max(end, chunk.length - TORN));
    return frames;
  }

  /** What is left without the blank line that would have ended it. */
  rest(): Buffer | undefined {
    return this.#parts.length === 0 ? undefined : Buffer.concat(this.#parts);
  }
}

const NO_BYTES = Buffer.alloc(0);

/** The longest blank line that may be torn has three bytes, or one more where a line ended before it. */
const TORN = 2;

/** A line end and a blank line, each with any of the three line ends that the HTML standard, 9.2.5, knows. */
const lastFrameEnd = (bytes: Buffer): number =>
  Math.max(endOfLast(bytes, '\n\n'), endOfLast(bytes, '\n\r\n'), endOfLast(bytes, '\n\r'), endOfLast(bytes, '\r\r'));

const endOfLast = (bytes: Buffer, blank: string): number => {
  const at = bytes.lastIndexOf(blank, undefined, 'latin1');
  return at === -1 ? 0 : at + blank.length;
};

/** Whole frames one by one, byte for byte, each with the blank line that ends it. */
export const eventsIn = (bytes: Buffer): Buffer[] => {
  const blocks: Buffer[] = [];
  let from = 0;
  for (const { index, 0: blank } of bytes.toString('latin1').matchAll(BLANK)) {
    blocks.push(bytes.subarray(from, index + blank.length));
    from = index + blank.length;
  }
  if (from < bytes.length) blocks.push(bytes.subarray(from));
  return blocks;
};

const BLANK = /(?:\r\n|\n|\r(?!\n))(?:\r\n|\n|\r)/g;

/** Reads one frame as the HTML standard, 9.2.6, says: any line end, several data lines, comments, the blank line or none. */
export const frameOf = (block: Buffer): Frame => {
  const data: string[] = [];
  let event: string | undefined;
  for (const line of block
    .toString('utf8')
    .replace(/^\uFEFF/, '')
    .split(/\r\n|\n|\r/)) {
    const colon = line.indexOf(':');
    const field = colon === -1 ? line : line.slice(0, colon);
    const value = colon === -1 ? '' : line.slice(colon + (line[colon + 1] === ' ' ? 2 : 1));
    if (field === 'data') data.push(value);
    else if (field === 'event') event = value;
  }
  return { ...(event === undefined ? {} : { event }), ...(data.length === 0 ? {} : { data: data.join('\n') }) };
};
