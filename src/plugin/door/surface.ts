import type { Fields } from '../fields.js';

/** An endpoint beside chat, such as embeddings. Its requests and answers pass through the waterfall in their own form. */
export interface Surface {
  /** As provider types name it in `speaks`. */
  readonly name: string;
  /** Below a base URL that ends with `/v1`, such as `/embeddings`. Callers and providers have the same path. */
  readonly path: string;
  /** Requests are forms with files (`multipart/form-data`). Default: JSON. */
  readonly isForm?: boolean;
  /**
   * What an answer is. `json`: an object that `read` judges · `text`: that, or text such as subtitles · `bytes`: sound ·
   * `choices`: like an answer of chat, with `text` in its choices.
   */
  readonly answers: 'json' | 'text' | 'bytes' | 'choices';
  /** What its requests cost apart from being a request: nothing, the tokens of the prompt, or also those of the answer. */
  readonly counts: 'requests' | 'input' | 'tokens';
  /** Fields that no target may ignore, beside `model`. A refusal that names one of them is not repaired. */
  readonly essential: readonly string[];
  /**
   * Checks a request before any target is asked.
   * @throws ChainError `invalid_request`
   */
  check(body: Fields): void;
  /** Whether the caller asks for a stream of events. Default: `stream: true`. */
  streams?(body: Fields): boolean;
  /**
   * Returns the answer that the caller gets, which is `answer` itself if nothing has to change. Needed for `json`.
   * @throws Error if it does not contain what was asked for; the message must not quote it
   */
  read?(answer: Fields, asked: Fields): Fields;
  /** Reads usage that is not where OpenAI puts it. */
  usage?(answer: Fields): { readonly input: number; readonly output: number } | undefined;
  /** The type of the last event of a stream, such as `transcript.text.done`. */
  readonly lastEvents?: RegExp;
  /** Answers of different models cannot be mixed, and large requests can be divided. */
  readonly batches?: Batches;
  /** How a target that has only chat may answer. */
  readonly overChat?: OverChat;
}

/** A request that can be divided into several and joined again. */
interface Batches {
  /** How many inputs a request has. */
  count(body: Fields): number;
  /** Returns requests of `most` inputs at most, in order. */
  split(body: Fields, most: number): readonly Fields[];
  /** Joins the answers to the requests that `split` returned. */
  join(answers: readonly Fields[]): Fields;
}

/** Translates an endpoint to chat completions, for targets that do not have it. */
interface OverChat {
  /** Returns the request as a chat completion, or why that is impossible: a phrase that follows the name of a target. */
  request(body: Fields): Fields | string;
  /** Translates a whole answer, or one chunk of a stream. */
  answer(chat: Fields): Fields;
}
