import type { Fields } from '../fields.js';
import type { ChainError } from './errors.js';
import type { NativeAnswers } from './native.js';
import type { StreamEvent } from './translate.js';

/**
 * A protocol that callers speak. 429chain translates it to chat completions and back. All functions return their result at
 * once. If one of them throws or returns an invalid value, its caller gets a 500, and the log names the plugin.
 */
export interface Protocol {
  /** Unique, such as `responses`. A provider type that speaks the same protocol names it in `speaks`. */
  readonly name: string;
  /** The path that callers post requests to, such as `/v1/responses`. */
  readonly path: string;
  /** The content type of streamed answers. Default: server-sent events, with a comment when a stream is silent for long. */
  readonly streamType?: string;
  /**
   * The key that requests need. `none`: requests of programs on this machine need none, and 429chain starts only if it listens
   * on a loopback address. Default: `api`, one of `server.apiKeys`.
   */
  readonly key?: 'api' | 'none';
  /** Bodies are read as JSON whatever their content type says. By default, any other type than JSON is refused. */
  readonly anyContentType?: boolean;
  /** Headers of every answer. */
  readonly headers?: (call: ProtocolCall) => Readonly<Record<string, string>>;
  /**
   * Reads a request body.
   * @throws ChainError with `param` for a field that no provider can carry out
   */
  read(body: Fields, call: ProtocolCall): ProtocolRequest;
  /** Returns what a refused caller gets. */
  refusal(refusal: Refusal, call: ProtocolCall): ProtocolReply;
  /** Requests that 429chain answers itself. */
  readonly routes?: readonly ProtocolRoute[];
  /** Set if a provider may speak the protocol too: then requests and answers pass as they are. */
  readonly native?: NativeAnswers;
}

/** One request of a caller, apart from its body. */
export interface ProtocolCall {
  readonly requestId: string;
  /** The label of the caller's key; empty until the key was checked. */
  readonly keyLabel: string;
  /** Names are lower case; headers with keys are left out. */
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  /** The path of the request. */
  readonly path: string;
  readonly query: URLSearchParams;
  /** Epoch ms. */
  readonly at: number;
  /** Estimates the tokens of a request in the form of a chat completion. */
  countTokens(body: Fields): number;
  /** Everything that the `model` of a request may name. */
  models(): readonly NamedModel[];
}

/** A chain or a target, as a client may see it. Facts that are not known are absent. */
export interface NamedModel {
  /** A chain's name, or `provider/model`. */
  readonly id: string;
  readonly isChain: boolean;
  /** When 429chain started, epoch seconds. */
  readonly created: number;
  readonly contextWindow?: number | undefined;
  readonly maxOutput?: number | undefined;
  readonly tools?: boolean | undefined;
  readonly vision?: boolean | undefined;
}

/** A caller's request, read. */
export interface ProtocolRequest {
  /** The request as a chat completion, with `model` and `stream`. */
  readonly body: Fields;
  /**
   * The request for a provider that speaks the protocol itself, where it is not the caller's own: without what only 429chain
   * understands. Absent: such a provider gets the caller's body as it came.
   */
  readonly nativeBody?: Fields | undefined;
  /**
   * Why the request cannot become a chat completion. `body` is then what the caller sent, and only a provider that speaks the
   * protocol itself is asked. Without one, the caller gets this error.
   */
  readonly nativeOnly?: ChainError | undefined;
  /**
   * The endpoint that is asked in place of chat, such as `embeddings`. `body` is then a request to that endpoint, and the
   * writer gets the whole answer of it. Such an answer is not streamed.
   */
  readonly endpoint?: 'embeddings' | 'moderations' | 'rerank' | 'images';
  /** What was left out of the request, in plain words. It becomes part of `adapted` of each attempt, and of the debug log. */
  readonly omitted?: readonly string[];
  /** What the model misses because it was left out, in plain words. It is logged as a warning. */
  readonly warnings?: readonly string[];
  /**
   * The answer can contain tool calls only if their arguments are objects: otherwise another target answers. An answer that
   * became too long is let through. Default: false.
   */
  readonly wholeCalls?: boolean;
  /** Starts to write an answer. Absent: the caller gets chat completions as they are. */
  readonly answer?: () => AnswerWriter;
  /** The whole answer: no provider is asked, and `body` counts for nothing. */
  readonly reply?: ProtocolReply;
}

/**
 * Writes one answer in the caller's protocol from a chat completion, which it gets in chunks or as a whole. The result is
 * text for a stream, or an object for an answer that is not streamed. The same methods produce both, which keeps them equal.
 */
export interface AnswerWriter {
  /** Takes a chunk of a chat completion, or a whole one. Returns the text that it adds to the stream, often empty. */
  take(chunk: Fields): string;
  /**
   * Takes the text of a chunk in place of the chunk, which contains nothing else that an earlier chunk did not contain. Saves time
   * in long streams. Without it, `take` gets every chunk.
   */
  takeText?(text: string): string;
  /**
   * Takes an event that the caller gets as its provider sent it, or a whole answer, as an event without a name. The other
   * methods go on from there with the same ids, indexes and sequence numbers. Needed if the protocol has `native`.
   */
  pass?(event: StreamEvent): void;
  /** The answer is whole. Returns the rest of the stream. */
  end(): string;
  /** The answer breaks off, or none came. Returns the rest of the stream. */
  fail(refusal: Refusal): string;
  /** After `end`: the whole answer. */
  whole(): Fields;
}

/** Why a caller gets no answer. */
export interface Refusal {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** The `error` object in OpenAI's shape: `message`, `type`, `code`, `param`, and details such as `targets`. */
  readonly error: Fields & { readonly message: string; readonly type: string; readonly code: string };
}

/** An answer to a caller. */
export interface ProtocolReply {
  /** Default: 200. */
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** An object is sent as JSON, a string as plain text unless `headers` has a `content-type`. */
  readonly body?: Fields | string;
}

/** Requests that 429chain answers itself, without a provider. They need the same key as the protocol. */
export interface ProtocolRoute {
  readonly method: 'GET' | 'POST' | 'DELETE';
  /** Such as `/v1/messages/count_tokens`; with `*` at the end, everything below. A `GET` route answers HEAD too. */
  readonly path: string;
  /** `body` is absent for a request without one. */
  answer(call: ProtocolCall, body?: Fields): ProtocolReply;
}
