import type { IncomingMessage } from 'node:http';
import { ChainError } from '../../plugin/door/errors.js';

/** An upload without a byte between two looks has stalled. */
const LOOK_MS = 15_000;

/** An upload under way. All of them form a ring: to join and leave it takes a fraction of what an entry in a map takes. */
class WatchedUpload {
  before: WatchedUpload = this;
  after: WatchedUpload = this;
  /** Absent where the ring begins and ends. */
  readonly req: IncomingMessage | undefined;
  readonly onStall: (error: ChainError) => void;
  /** Bytes that the connection had received at the last look. */
  bytes: number;

  constructor(req?: IncomingMessage, onStall: (error: ChainError) => void = () => {}) {
    this.req = req;
    this.onStall = onStall;
    this.bytes = req?.socket.bytesRead ?? 0;
  }
}

/**
 * Finds uploads that stall: what they announced counts as in flight, and would keep others out until Node's own time limit. One
 * timer looks at all of them, so an upload costs nothing while it goes on.
 */
export class UploadWatch {
  readonly #ring = new WatchedUpload();
  readonly #lookMs: number;
  #timer: NodeJS.Timeout | undefined;

  constructor(lookMs = LOOK_MS) {
    this.#lookMs = lookMs;
  }

  /** Calls `onStall` if no byte comes for that long, twice as long at most. Call `done` when the body is there. */
  watch(req: IncomingMessage, onStall: (error: ChainError) => void): WatchedUpload {
    const upload = new WatchedUpload(req, onStall);
    upload.before = this.#ring.before;
    upload.after = this.#ring;
    upload.before.after = upload;
    upload.after.before = upload;
    if (this.#timer === undefined) this.#timer = setInterval(() => this.#look(), this.#lookMs).unref();
    return upload;
  }

  /** May be called more than once. */
  done(upload: WatchedUpload): void {
    upload.before.after = upload.after;
    upload.after.before = upload.before;
    upload.before = upload;
    upload.after = upload;
  }

  #look(): void {
    const stalled: WatchedUpload[] = [];
    for (let upload = this.#ring.after; upload.req !== undefined; upload = upload.after) {
      const { bytesRead } = upload.req.socket;
      if (bytesRead > upload.bytes) upload.bytes = bytesRead;
      else stalled.push(upload);
    }
    for (const upload of stalled) {
      this.done(upload);
      upload.onStall(
        new ChainError(
          'upload_stalled',
          `No byte of the request body arrived for ${Math.round(this.#lookMs / 1_000)} seconds. Send the request again.`,
        ),
      );
    }
    if (this.#ring.after !== this.#ring) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
  }
}
