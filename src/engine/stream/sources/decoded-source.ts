import type { Transform } from 'node:stream';
import { constants, createBrotliDecompress, createGunzip, createInflate, createInflateRaw } from 'node:zlib';
import type { ResponseHead } from '../../../plugin/door/attempt.js';
import type { BodySink, Source } from '../source.js';

const { Z_SYNC_FLUSH, BROTLI_OPERATION_FLUSH } = constants;
/** What is there passes at once, and a body that is cut off ends where it was cut. */
const AT_ONCE = { flush: Z_SYNC_FLUSH, finishFlush: Z_SYNC_FLUSH };
const BROTLI_AT_ONCE = { flush: BROTLI_OPERATION_FLUSH, finishFlush: BROTLI_OPERATION_FLUSH };

/** Makes the decoder for a body that starts with these bytes. Absent for a body that is not encoded after all. */
type Decoding = (first: number, second: number) => Transform | undefined;

const gzip: Decoding = (first, second) => (first === 0x1f && second === 0x8b ? createGunzip(AT_ONCE) : undefined);
/** Some servers leave out the header of zlib. */
const deflate: Decoding = (first, second) =>
  (first & 0x0f) === 8 && (first * 256 + second) % 31 === 0 ? createInflate(AT_ONCE) : createInflateRaw(AT_ONCE);
const brotli: Decoding = () => createBrotliDecompress(BROTLI_AT_ONCE);

const DECODINGS: Readonly<Record<string, Decoding>> = {
  gzip,
  'x-gzip': gzip,
  deflate,
  br: brotli,
};

/**
 * Returns the body of a response without its content encodings, which 429chain did not ask for.
 * @throws Error for an encoding that 429chain does not know
 */
export const decoded = (source: Source, { headers }: ResponseHead): Source => {
  if (headers['content-encoding'] === undefined) return source;
  const names = String(headers['content-encoding'])
    .toLowerCase()
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '' && name !== 'identity');
  // The encoding that was applied last comes off first.
  return names.toReversed().reduce((inner: Source, name) => {
    const decoding = DECODINGS[name];
    if (decoding === undefined) {
      throw new Error(`an answer with the content encoding "${name.slice(0, 40)}", which 429chain does not know`);
    }
    return new DecodedSource(inner, name, decoding);
  }, source);
};

type State =
  /** Fewer than two bytes have come. */
  | { readonly phase: 'sniffing'; readonly early: Buffer }
  | { readonly phase: 'decoding'; readonly decoder: Transform }
  | { readonly phase: 'plain' }
  | { readonly phase: 'over' };

class DecodedSource implements Source {
  readonly #source: Source;
  readonly #name: string;
  readonly #decoding: Decoding;
  #state: State = { phase: 'sniffing', early: Buffer.alloc(0) };
  #sink!: BodySink;

  constructor(source: Source, name: string, decoding: Decoding) {
    this.#source = source;
    this.#name = name;
    this.#decoding = decoding;
  }

  consume(sink: BodySink): void {
    this.#sink = sink;
    this.#source.consume({
      data: (chunk) => this.#data(chunk),
      end: () => this.#end(),
      error: (cause) => this.#fail(cause),
    });
  }

  pause(): void {
    if (this.#state.phase === 'decoding') this.#state.decoder.pause();
    this.#source.pause();
  }

  resume(): void {
    if (this.#state.phase === 'decoding') this.#state.decoder.resume();
    this.#source.resume();
  }

  abort(reason: Error): void {
    if (this.#state.phase === 'over') return;
    // The exchange may be over while the decoder is still at work.
    this.#source.abort(reason);
    this.#fail(reason);
  }

  #data(chunk: Buffer): void {
    const state = this.#state;
    if (state.phase === 'plain') this.#sink.data(chunk);
    else if (state.phase === 'decoding') this.#write(state.decoder, chunk);
    else if (state.phase === 'sniffing') this.#sniff(Buffer.concat([state.early, chunk]));
  }

  #sniff(bytes: Buffer): void {
    if (bytes.length < 2) {
      this.#state = { phase: 'sniffing', early: bytes };
      return;
    }
    const decoder = this.#decoding(bytes[0] as number, bytes[1] as number);
    if (decoder === undefined) {
      this.#state = { phase: 'plain' };
      this.#sink.data(bytes);
      return;
    }
    this.#state = { phase: 'decoding', decoder };
    decoder.on('data', (chunk: Buffer) => {
      if (this.#state.phase === 'decoding') this.#sink.data(chunk);
    });
    decoder.once('end', () => {
      if (this.#state.phase !== 'decoding') return;
      this.#state = { phase: 'over' };
      this.#sink.end();
    });
    // The message of zlib quotes nothing, and says nothing to people.
    decoder.on('error', () => {
      const cause = new Error(`an answer that is not valid ${this.#name}, which its content encoding says it is`);
      if (this.#state.phase === 'decoding') this.abort(cause);
    });
    this.#write(decoder, bytes);
  }

  #write(decoder: Transform, bytes: Buffer): void {
    if (decoder.write(bytes)) return;
    this.#source.pause();
    decoder.once('drain', () => {
      if (!decoder.isPaused()) this.#source.resume();
    });
  }

  #end(): void {
    const state = this.#state;
    if (state.phase === 'decoding') {
      state.decoder.end();
      return;
    }
    if (state.phase === 'over') return;
    this.#state = { phase: 'over' };
    if (state.phase === 'sniffing' && state.early.length > 0) this.#sink.data(state.early);
    this.#sink.end();
  }

  #fail(cause: Error): void {
    const state = this.#state;
    if (state.phase === 'over') return;
    this.#state = { phase: 'over' };
    if (state.phase === 'decoding') state.decoder.destroy();
    this.#sink?.error(cause);
  }
}
