import type { Fields } from '../../../plugin/fields.js';
import { isFields } from '../../../plugin/fields.js';
import { dataOf, FrameSplitter, framesIn, withData } from '../frames/sse.js';
import type { BodySink, Source } from '../source.js';
import { WrappedSource } from './wrapped-source.js';

/** A chat stream whose chunks are translated one by one. Everything else passes: comments, errors, `[DONE]`. */
export class TextStream extends WrappedSource {
  readonly #translate: (chunk: Fields) => Fields;
  readonly #splitter = new FrameSplitter();

  constructor(source: Source, translate: (chunk: Fields) => Fields) {
    super(source);
    this.#translate = translate;
  }

  consume(sink: BodySink): void {
    this.source.consume({
      data: (chunk) => {
        const frames = this.#splitter.push(chunk);
        if (frames !== undefined) sink.data(this.#translated(frames));
        // The provider is at work.
        else if (this.#splitter.holdsData) sink.data(NO_BYTES);
      },
      end: () => {
        const rest = this.#splitter.rest();
        if (rest !== undefined) sink.data(this.#translated(rest));
        sink.end();
      },
      error: (cause) => sink.error(cause),
    });
  }

  #translated(frames: Buffer): Buffer {
    return Buffer.concat(framesIn(frames).map((frame) => this.#translatedFrame(frame)));
  }

  #translatedFrame(frame: Buffer): Buffer {
    const chunk = dataOf(frame);
    return isFields(chunk) && Array.isArray(chunk.choices) ? withData(frame, this.#translate(chunk)) : frame;
  }
}

const NO_BYTES = Buffer.alloc(0);
