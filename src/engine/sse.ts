/** One server-sent event. A comment alone is a frame without data. */
export interface Frame {
  readonly event?: string;
  /** Its `data:` lines, joined; absent when there were none. */
  readonly data?: string;
}

export const DONE_FRAME = Buffer.from('data: [DONE]\n\n');

/** Cuts a byte stream behind its last whole frame, whatever the chunks' borders are. Copies nothing when they agree. */
export class FrameSplitter {
  #rest: Buffer | undefined;

  /** @returns all frames that are whole by now, byte for byte; `undefined` while there is none. */
  push(chunk: Buffer): Buffer | undefined {
    const bytes = this.#rest === undefined ? chunk : Buffer.concat([this.#rest, chunk]);
    const end = lastFrameEnd(bytes);
    this.#rest = end === bytes.length ? undefined : end === 0 ? bytes : bytes.subarray(end);
    return end === 0 ? undefined : end === bytes.length ? bytes : bytes.subarray(0, end);
  }

  /** What is left without the blank line that would have ended it. */
  rest(): Buffer | undefined {
    return this.#rest;
  }
}

const lastFrameEnd = (bytes: Buffer): number =>
  Math.max(
    ...['\n\n', '\r\n\r\n', '\r\r'].map((blank) => {
      const at = bytes.lastIndexOf(blank);
      return at === -1 ? 0 : at + blank.length;
    }),
  );

/** Whole frames one by one, byte for byte, each with the blank line that ends it. */
export const blocksOf = (bytes: Buffer): Buffer[] => {
  const blocks: Buffer[] = [];
  let from = 0;
  for (const { index, 0: blank } of bytes.toString('latin1').matchAll(/\r\n\r\n|\n\n|\r\r/g)) {
    blocks.push(bytes.subarray(from, index + blank.length));
    from = index + blank.length;
  }
  if (from < bytes.length) blocks.push(bytes.subarray(from));
  return blocks;
};

/** Reads frames as the HTML standard, 9.2.6, says: any line end, several data lines, comments, a last one unfinished. */
export const framesOf = (bytes: Buffer): Frame[] =>
  bytes
    .toString('utf8')
    .split(/\r\n\r\n|\n\n|\r\r/)
    .filter((block) => block.trim() !== '')
    .map(frameOf);

const frameOf = (block: string): Frame => {
  const data: string[] = [];
  let event: string | undefined;
  for (const line of block.split(/\r\n|\n|\r/)) {
    const colon = line.indexOf(':');
    const field = colon === -1 ? line : line.slice(0, colon);
    const value = colon === -1 ? '' : line.slice(colon + (line[colon + 1] === ' ' ? 2 : 1));
    if (field === 'data') data.push(value);
    else if (field === 'event') event = value;
  }
  return { ...(event === undefined ? {} : { event }), ...(data.length === 0 ? {} : { data: data.join('\n') }) };
};
