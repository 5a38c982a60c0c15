import type { BodySink, Source } from '../source.js';

/** A body that is read from another one: it pauses, resumes and ends together with that. */
export abstract class WrappedSource implements Source {
  protected readonly source: Source;

  constructor(source: Source) {
    this.source = source;
  }

  abstract consume(sink: BodySink): void;

  pause(): void {
    this.source.pause();
  }

  resume(): void {
    this.source.resume();
  }

  abort(reason: Error): void {
    this.source.abort(reason);
  }
}
