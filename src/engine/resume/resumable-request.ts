import type { ChainRequest } from '../request.js';
import type { Continuation } from './continuation.js';
import type { Transcript } from './transcript.js';

/** A request whose streamed answer another target may continue. */
export interface ResumableRequest extends ChainRequest {
  /** What the caller gets, kept where another target may take up a stream that breaks. */
  readonly transcript?: Transcript | undefined;
  /** An answer broke off, and this request is to take it up. */
  readonly continuation?: Continuation | undefined;
}
