import type { Usage } from '../../../ledger/ledger.js';
import type { TokenUsage } from '../../../plugin/door/attempt.js';
import type { FrameReader } from '../frames/native-events.js';
import type { StreamGate } from '../gate.js';
import type { Recorder } from './caller-output.js';

/** Keeps what the caller got. */
interface StreamRecorder extends Recorder {
  /** The answer broke inside a tool call that the caller has seen nothing of. */
  callsBroken: boolean;
}

/** The time limits of a stream. The relay reports its progress to them. */
export interface StreamDeadline {
  /** The first token has come. */
  started(): void;
  /** Something other than a comment has come. */
  touch(): void;
  /** The caller does not read: the time until `unhold` does not count. */
  hold(): void;
  unhold(): void;
}

export interface RelayOptions {
  /** Set for a provider that speaks the caller's protocol: reads its frames, which then pass as they are. */
  readonly readNative?: FrameReader | undefined;
  /** The caller does not get frames that contain nothing but usage. */
  readonly hidesUsage: boolean;
  /** How many choices the answer has. */
  readonly choices: number;
  readonly gate: StreamGate;
  /** What earlier targets of the same answer cost: the caller sees the sum. */
  readonly usageBefore?: Usage | undefined;
  /** Set where another target may resume the answer. Tool calls are held until they are whole then. */
  readonly transcript?: StreamRecorder | undefined;
  /** The first chunk of each choice gets a role if it has none. Not for the rest of an answer that broke off. */
  readonly addsRole?: boolean;
  /** Set where the caller asked for usage: estimates it for a provider that reports none. */
  readonly estimateUsage?: ((textBytes: number) => TokenUsage) | undefined;
  /** The answer breaks off if the arguments of a tool call are no object at its end, unless it became too long. */
  readonly wholeCalls?: boolean | undefined;
  /** Default: 1 s. */
  readonly tailMs?: number | undefined;
}
