import { parseBody } from '../../parse-body.js';

/** One server-sent event. A comment alone is a frame without data. */
export interface Frame {
  readonly event?: string;
  /** Its `data:` lines, joined. Absent when there are none. */
  readonly data?: string;
  /** The value of a field named `error`. llama.cpp sends errors like this. */
  readonly error?: string;
  /** Lines of JSON that belong to no field: an error that a gateway wrote into the stream. */
  readonly bare?: string;
}

export const DONE_FRAME = Buffer.from('data: [DONE]\n\n');

/** Bytes of one frame. A frame may contain a picture. */
export const LONGEST_FRAME = 64 * 1024 * 1024;

/**
 * Cuts a byte stream after its last whole frame, wherever the chunks end. Copies nothing when chunks and frames end
 * together. Otherwise it copies each byte once.
 */
export class FrameSplitter {
  /** The beginning of a frame that is not whole yet. */
  #parts: Buffer[] = [];
  #partBytes = 0;
  /** Its last bytes: they may be the first half of a blank line. */
  #tail: Buffer = NO_BYTES;

  /** Returns all frames that are whole by now, byte for byte, or `undefined` when there is none. */
  push(chunk: Buffer): Buffer | undefined {
    if (this.#parts.length === 0 && endsFrame(chunk)) return chunk;
    const probe = this.#tail.length === 0 ? chunk : Buffer.concat([this.#tail, chunk]);
    const end = lastFrameEnd(probe) - this.#tail.length;
    if (end <= 0) {
      this.#parts.push(chunk);
      this.#partBytes += chunk.length;
      this.#tail = probe.subarray(-TORN_BYTES);
      return undefined;
    }
    const whole = end === chunk.length ? chunk : chunk.subarray(0, end);
    const frames = this.#parts.length === 0 ? whole : Buffer.concat([...this.#parts, whole]);
    this.#parts = end === chunk.length ? [] : [chunk.subarray(end)];
    this.#partBytes = chunk.length - end;
    this.#tail = chunk.subarray(Math.max(end, chunk.length - TORN_BYTES));
    return frames;
  }

  /** Bytes of the frame that is not whole yet. */
  get heldBytes(): number {
    return this.#partBytes;
  }

  /** The frame that is not whole yet does not start with a comment or a blank line. */
  get holdsData(): boolean {
    if (this.#partBytes === 0) return false;
    const first = this.#parts.find(({ length }) => length > 0)?.[0];
    return first !== undefined && first !== COLON && first !== LF && first !== CR;
  }

  /** Returns what is left, without the blank line that would have ended it. */
  rest(): Buffer | undefined {
    return this.#parts.length === 0 ? undefined : Buffer.concat(this.#parts);
  }
}

const NO_BYTES = Buffer.alloc(0);
const [COLON, LF, CR] = [0x3a, 0x0a, 0x0d];

/** Most chunks end with a frame. */
const endsFrame = (chunk: Buffer): boolean =>
  chunk.length > 1 && chunk[chunk.length - 1] === LF && chunk[chunk.length - 2] === LF;

/** A torn blank line leaves at most two bytes in the chunk before. */
const TORN_BYTES = 2;

/** Finds a line end and a blank line, each with any of the three line ends in the HTML standard, 9.2.5. */
const lastFrameEnd = (bytes: Buffer): number => {
  const end = endOfLast(bytes, '\n\n');
  if (!bytes.includes(CR)) return end;
  return Math.max(end, endOfLast(bytes, '\n\r\n'), endOfLast(bytes, '\n\r'), endOfLast(bytes, '\r\r'));
};

const endOfLast = (bytes: Buffer, blank: string): number => {
  const at = bytes.lastIndexOf(blank, undefined, 'latin1');
  return at === -1 ? 0 : at + blank.length;
};

/** Splits whole frames, byte for byte. Each keeps the blank line that ends it. */
export const framesIn = (bytes: Buffer): Buffer[] => {
  const frames: Buffer[] = [];
  let from = 0;
  for (const end of endsOfFrames(bytes)) {
    frames.push(bytes.subarray(from, end));
    from = end;
  }
  if (from < bytes.length) frames.push(bytes.subarray(from));
  return frames;
};

const endsOfFrames = (bytes: Buffer): number[] => {
  const ends: number[] = [];
  if (bytes.includes(CR)) {
    for (const { index, 0: blank } of bytes.toString('latin1').matchAll(BLANK)) ends.push(index + blank.length);
    return ends;
  }
  for (let end = 0; ; ) {
    const at = bytes.indexOf(BLANK_LINE, end);
    if (at === -1) return ends;
    end = at + BLANK_LINE.length;
    ends.push(end);
  }
};

const BLANK_LINE = '\n\n';
const BLANK = /(?:\r\n|\n|\r(?!\n))(?:\r\n|\n|\r)/g;

/** Reads one frame as in the HTML standard, 9.2.6: any line end, several data lines, comments, with or without its blank line. */
export const readFrame = (bytes: Buffer): Frame => {
  if (isOneLine(bytes)) return { data: bytes.toString('utf8', DATA.length, bytes.length - 2) };
  const lines: Record<'data' | 'error' | 'bare', string[]> = { data: [], error: [], bare: [] };
  let event: string | undefined;
  for (const line of linesOf(bytes)) {
    const { field, value } = fieldIn(line);
    if (field === 'data' || field === 'error') lines[field].push(value);
    else if (field === 'event') event = value;
    else if (/^\s*[{[<}\]"]/.test(line)) lines.bare.push(line);
  }
  const joined = Object.entries(lines).flatMap(([name, all]) => (all.length === 0 ? [] : [[name, all.join('\n')]]));
  return { ...(event === undefined ? {} : { event }), ...Object.fromEntries(joined) };
};

/** Returns the same frame with other data. Keeps its name, its id and its comments. */
export const withData = (bytes: Buffer, data: unknown): Buffer => {
  const rest = linesOf(bytes).filter((line) => line !== '' && fieldIn(line).field !== 'data');
  return Buffer.from(`${[...rest, `data: ${JSON.stringify(data)}`].join('\n')}\n\n`);
};

/** Returns a frame with these data. */
export const frameOf = (data: unknown): string => `data: ${JSON.stringify(data)}\n\n`;

const linesOf = (bytes: Buffer): string[] =>
  bytes
    .toString('utf8')
    .replace(/^\uFEFF/, '')
    .split(/\r\n|\n|\r/);

const fieldIn = (line: string): { field: string; value: string } => {
  const colon = line.indexOf(':');
  if (colon === -1) return { field: line, value: '' };
  return { field: line.slice(0, colon), value: line.slice(colon + (line[colon + 1] === ' ' ? 2 : 1)) };
};

/** Returns the data of one frame, parsed from JSON where it is JSON, and `undefined` for a frame without data. */
export const dataOf = (bytes: Buffer): unknown => {
  const { data } = readFrame(bytes);
  return data === undefined ? undefined : parseBody(data);
};

const DATA = 'data: ';

/** Whether a frame is one line of data: nearly all are. */
const isOneLine = (bytes: Buffer): boolean =>
  endsFrame(bytes) &&
  bytes.indexOf(LF) === bytes.length - 2 &&
  bytes.toString('latin1', 0, DATA.length) === DATA &&
  !bytes.includes(CR);
