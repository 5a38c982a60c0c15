import type { AnswerBuilder } from './answer.js';
import type { Message } from './conversation.js';
import type { Draft } from './draft.js';
import type { Fields } from './fields.js';
import type { ProtocolId } from './protocol-id.js';

/** A field of the form. */
export interface Parameter {
  /** Parameters of two protocols with one name share their value. */
  readonly name: string;
  readonly label: string;
  /** `lines`: a text field of several lines. */
  readonly kind: 'number' | 'text' | 'lines' | 'choice' | 'flag';
  /** Its field in the request. Absent: the protocol writes it itself. */
  readonly field?: string;
  readonly placeholder?: string;
  readonly hint?: string;
  readonly min?: number;
  readonly max?: number;
  /** Whole numbers only. */
  readonly whole?: true;
  readonly choices?: readonly string[];
  /** A flag that is set by default. */
  readonly on?: true;
}

/** A way to ask 429chain. */
export interface PlaygroundProtocol {
  readonly id: ProtocolId;
  readonly title: string;
  /** Such as `/v1/chat/completions`. */
  readonly path: string;
  /** Its name in `POST /explain`. Absent for the protocols of chat. */
  readonly endpoint?: string;
  /** What it does, in a sentence. */
  readonly about: string;
  /** The main field. Absent: the request has a file instead. */
  readonly prompt?: { readonly label: string; readonly placeholder: string };
  /** Files that go with a request. `sound`: it needs exactly one, and the request is a form. */
  readonly files?: 'images' | 'sound';
  /** A prompt continues the conversation before it. Otherwise each one stands alone. */
  readonly converses?: true;
  /** It takes tool definitions. */
  readonly tools?: true;
  readonly parameters: readonly Parameter[];
  /** The fields of a request, apart from `model`, the parameters with a `field`, and further fields. */
  body(draft: Draft, messages: readonly Message[]): Fields;
  /** Takes an event of a stream. @returns whether the answer is whole @throws Error for an event that says that it failed */
  event?(event: Fields, into: AnswerBuilder): boolean;
  /** Takes a whole answer: JSON, or a text. */
  whole(answer: unknown, into: AnswerBuilder): void;
}
