import type { ServerResponse } from 'node:http';
import { ChainError } from '../plugin/door/errors.js';

/** How much of request bodies may be in memory, by the configuration in force. */
export interface BodyBounds {
  /** Of one request. */
  readonly maxBodyBytes: number;
  /** Of all requests together. */
  readonly maxBodiesInFlight: number;
  readonly bodiesInFlight: BodiesInFlight;
}

/** Counts the request bodies that the process holds. One for the process: it outlives a reload of the configuration. */
export class BodiesInFlight {
  readonly #held = new WeakMap<ServerResponse, number>();
  #bytes = 0;
  #refused = 0;

  /** What all bodies count for, in bytes. */
  get bytes(): number {
    return this.#bytes;
  }

  /** The requests that were refused since the start. */
  get refused(): number {
    return this.#refused;
  }

  /**
   * Counts a body until its response closes. Call it again with a larger number as the body grows; a smaller one is ignored.
   * A body that no other one stands beside always has room.
   * @param bytes what the body counts for until now
   * @param most what all of them may count for
   * @throws ChainError `too_many_bodies`
   */
  hold(res: ServerResponse, bytes: number, most: number): void {
    const before = this.#held.get(res) ?? 0;
    if (bytes <= before || res.closed) return;
    const others = this.#bytes - before;
    if (others > 0 && others + bytes > most) throw this.#refusal(most);
    if (!this.#held.has(res)) res.once('close', () => this.#release(res));
    this.#held.set(res, bytes);
    this.#bytes = others + bytes;
  }

  #release(res: ServerResponse): void {
    this.#bytes -= this.#held.get(res) ?? 0;
    this.#held.delete(res);
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
