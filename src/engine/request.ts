import type { Surface } from '../plugin/door/surface.js';
import type { Caller } from './caller.js';
import type { Chain } from './target.js';
import type { Upload } from './upload.js';

/** How large a request is, as far as its body shows. */
export interface RequestSize {
  /** Tokens of its prompt, estimated from its text, pictures and tools. */
  readonly tokens: number;
  /** The caller's `max_tokens`, over all choices together. A bound, not a forecast. */
  readonly bound?: number | undefined;
  /** How many choices the caller asks for. Default: 1. */
  readonly choices?: number | undefined;
}

/** A caller's request, read and with its chain found. */
export interface ChainRequest {
  readonly id: string;
  readonly chain: Chain;
  /** Below a provider's base URL, such as `/chat/completions`. */
  readonly path: string;
  readonly body: Readonly<Record<string, unknown>>;
  readonly stream: boolean;
  readonly size: RequestSize;
  readonly caller: Caller;
  /** The endpoint, where it is not chat. */
  readonly surface?: Surface | undefined;
  /** The form that the caller sent, where it sent one: `body` has its fields then. */
  readonly upload?: Upload | undefined;
  /** The label of the caller's key, never the key itself. */
  readonly keyLabel: string;
  /** Called when the request has waited so long for capacity that its caller should hear from 429chain; maybe twice. */
  readonly onLongWait?: (() => void) | undefined;
}
