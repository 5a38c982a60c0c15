import type { ChainRequest } from '../request.js';
import type { Continuation } from './continuation.js';
import type { Transcript } from './transcript.js';

/** A request whose streamed answer another target may continue. */
export interface ResumableRequest extends ChainRequest {
  /** Records what the caller gets. Absent when a broken stream is not resumed. */
  readonly transcript?: Transcript | undefined;
  /** Set when this request is to continue an answer that broke off. */
  readonly continuation?: Continuation | undefined;
}
