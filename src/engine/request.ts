import type { Caller } from './caller.js';
import type { Chain } from './target.js';

/** How large a request is, as far as the body itself tells. */
export interface RequestSize {
  /** Bytes of its text; pictures and sound inside it are left out. */
  readonly bytes: number;
  /** The most tokens that the caller wants back, in all choices together. */
  readonly bound?: number | undefined;
  /** How many choices the caller asks for. Default: 1. */
  readonly choices?: number | undefined;
}

/** A request of a caller, read and understood. */
export interface ChainRequest {
  readonly id: string;
  readonly chain: Chain;
  /** Below a provider's base URL, such as `/chat/completions`. */
  readonly path: string;
  readonly body: Readonly<Record<string, unknown>>;
  readonly stream: boolean;
  readonly size: RequestSize;
  readonly caller: Caller;
  /** Which key the caller used, never the key itself. */
  readonly keyLabel: string;
}
