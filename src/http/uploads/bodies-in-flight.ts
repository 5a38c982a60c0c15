import { ChainError } from '../../plugin/door/errors.js';
import { UploadWatch } from './upload-watch.js';

/** How much of request bodies may be in memory, by the configuration in force. */
export interface BodyBounds {
  /** Of one request. */
  readonly maxBodyBytes: number;
  /** Of all requests together. */
  readonly maxBodiesInFlight: number;
  readonly bodiesInFlight: BodiesInFlight;
}

/** What the body of one request counts for, in bytes. */
export interface BodyShare {
  bytes: number;
}

/** Counts the request bodies that the process holds. One for the process: it outlives a reload of the configuration. */
export class BodiesInFlight {
  readonly uploads: UploadWatch;
  #bytes = 0;
  #refused = 0;

  constructor(uploads = new UploadWatch()) {
    this.uploads = uploads;
  }

  /** What all bodies count for, in bytes. */
  get bytes(): number {
    return this.#bytes;
  }

  /** The requests that were refused since the start. */
  get refused(): number {
    return this.#refused;
  }

  /**
   * Counts a body. Call it again with a larger number as the body grows; a smaller one is ignored.
   * A body that no other one stands beside always has room.
   * @param bytes what the body counts for until now
   * @param most what all of them may count for
   * @throws ChainError `too_many_bodies`
   */
  hold(share: BodyShare, bytes: number, most: number): void {
    if (bytes <= share.bytes) return;
    const others = this.#bytes - share.bytes;
    if (others > 0 && others + bytes > most) throw this.#refusal(most);
    share.bytes = bytes;
    this.#bytes = others + bytes;
  }

  /** The request of a body is over. */
  release(share: BodyShare): void {
    this.#bytes -= share.bytes;
    share.bytes = 0;
  }

  #refusal(most: number): ChainError {
    this.#refused++;
    return new ChainError(
      'too_many_bodies',
      `The requests under way have as much in their bodies as 429chain may hold at once (${most} bytes, server.maxBodiesInFlight). Send this one again later.`,
      { headers: { 'retry-after': '1' } },
    );
  }
}
