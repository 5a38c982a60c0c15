import type { NativeAnswers } from '../plugin/door/native.js';
import type { Surface } from '../plugin/door/surface.js';
import type { Caller } from './caller.js';
import type { Chain } from './target.js';
import type { Upload } from './upload.js';
import type { WrittenBody } from './written-body.js';

/** How large a request is, as far as its body shows. */
export interface RequestSize {
  /** Tokens of its prompt, estimated from its text, pictures and tools. */
  readonly tokens: number;
  /** The caller's `max_tokens`, over all choices together. A bound, not a forecast. */
  readonly bound?: number | undefined;
  /** How many choices the caller asks for. Default: 1. */
  readonly choices?: number | undefined;
}

/** A request in the caller's own protocol, for targets that speak it too. */
export interface NativeRequest {
  /** The name of the protocol. */
  readonly protocol: string;
  /** How answers in this protocol are read. */
  readonly answers: NativeAnswers;
  readonly written: WrittenBody;
  /** It cannot become a chat completion: `body` of the request is none. */
  readonly isOnlyForm: boolean;
  /** Headers of the caller that go to the provider. */
  readonly headers: Readonly<Record<string, string>>;
}

/** A caller's request, read and with its chain found. */
export interface ChainRequest {
  readonly id: string;
  readonly chain: Chain;
  /** Below a provider's base URL, such as `/chat/completions`. */
  readonly path: string;
  readonly body: Readonly<Record<string, unknown>>;
  /** `body` as the caller wrote it, where it is that of a chat completion. Released once a streamed answer has begun. */
  readonly written?: WrittenBody | undefined;
  /** Absent for a caller that speaks chat completions, and where no target speaks the caller's protocol. */
  readonly native?: NativeRequest | undefined;
  readonly stream: boolean;
  readonly size: RequestSize;
  readonly caller: Caller;
  /** The endpoint, where it is not chat. */
  readonly surface?: Surface | undefined;
  /** The form that the caller sent, where it sent one: `body` has its fields then. */
  readonly upload?: Upload | undefined;
  /** The label of the caller's key, never the key itself. */
  readonly keyLabel: string;
  /** What was left out of the request when it became a chat completion, in plain words. */
  readonly omitted?: readonly string[] | undefined;
  /** An answer whose tool calls have arguments that are no objects fails, so that another target answers. */
  readonly wholeCalls?: boolean | undefined;
  /** Called when the request has waited so long for capacity that its caller should hear from 429chain; maybe twice. */
  readonly onLongWait?: (() => void) | undefined;
}
