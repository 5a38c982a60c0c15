import type { IncomingMessage } from 'node:http';
import { ChainError } from '../../plugin/door/errors.js';

/** An upload without a byte between two looks has stalled. */
const LOOK_MS = 15_000;

interface Upload {
  /** Bytes that the connection had received at the last look. */
  bytes: number;
  readonly onStall: (error: ChainError) => void;
}

/**
 * Finds uploads that stall: what they announced counts as in flight, and would keep others out until Node's own time limit. One
 * timer looks at all of them, so an upload costs nothing while it goes on.
 */
export class UploadWatch {
  readonly #uploads = new Map<IncomingMessage, Upload>();
  readonly #lookMs: number;
  #timer: NodeJS.Timeout | undefined;

  constructor(lookMs = LOOK_MS) {
    this.#lookMs = lookMs;
  }

  /** Calls `onStall` if no byte comes for that long, twice as long at most. Call `done` when the body is there. */
  watch(req: IncomingMessage, onStall: (error: ChainError) => void): void {
    this.#uploads.set(req, { bytes: req.socket.bytesRead, onStall });
    if (this.#timer !== undefined) return;
    this.#timer = setInterval(() => this.#look(), this.#lookMs);
    this.#timer.unref();
  }

  done(req: IncomingMessage): void {
    this.#uploads.delete(req);
  }

  #look(): void {
    for (const [req, upload] of this.#uploads) {
      const { bytesRead } = req.socket;
      if (bytesRead > upload.bytes) {
        upload.bytes = bytesRead;
        continue;
      }
      this.#uploads.delete(req);
      upload.onStall(
        new ChainError(
          'upload_stalled',
          `No byte of the request body arrived for ${Math.round(this.#lookMs / 1_000)} seconds. Send the request again.`,
        ),
      );
    }
    if (this.#uploads.size > 0) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
  }
}
