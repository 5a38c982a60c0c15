import type { Socket } from 'node:net';

/** A socket whose next bytes may be the head of a response. */
export interface Awaiting {
  awaitsHead: boolean;
}

const LEAD = Buffer.from('HTTP/1.1 1');
const CONTINUE = Buffer.from('HTTP/1.1 100');
const END = '\r\n\r\n';
/** undici takes `100 Continue` for a broken response unless it was asked for, and ignores `102 Processing`. */
const LAST_DIGIT = { at: CONTINUE.length - 1, value: '2'.charCodeAt(0) };

/** Makes undici ignore each `100 Continue` that a provider or a gateway sends before its answer. */
export const ignoreContinue = (socket: Socket, awaiting: Awaiting): void => {
  const read = socket.read.bind(socket);
  socket.read = (size?: number): unknown => {
    const chunk: unknown = read(size);
    if (awaiting.awaitsHead && Buffer.isBuffer(chunk) && chunk.length > 0) awaiting.awaitsHead = markContinue(chunk);
    return chunk;
  };
};

/** Returns whether the head of the answer is still to come. */
const markContinue = (chunk: Buffer): boolean => {
  let at = 0;
  while (startsWith(chunk, at, LEAD)) {
    if (startsWith(chunk, at, CONTINUE)) chunk[at + LAST_DIGIT.at] = LAST_DIGIT.value;
    const end = chunk.indexOf(END, at);
    if (end === -1) return true;
    at = end + END.length;
  }
  return at === chunk.length;
};

/** The last byte first: it tells the head of an answer from that of a provisional one. */
const startsWith = (chunk: Buffer, at: number, start: Buffer): boolean =>
  chunk[at + start.length - 1] === start[start.length - 1] &&
  chunk.length >= at + start.length &&
  chunk.compare(start, 0, start.length, at, at + start.length) === 0;
