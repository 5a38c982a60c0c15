import type { Clock } from '../../clock.js';
import type { ModelView } from '../../contract/models.js';
import type { Ledger } from '../../ledger/ledger.js';
import type { Log } from '../../log.js';
import type { AttemptRecord } from '../../plugin/door/attempt.js';
import type { Hooks } from '../../plugin/door/hooks.js';
import type { PreparedTarget } from '../target.js';
import type { Upstream } from './connection/upstream.js';
import type { Estimates } from './request/estimate.js';

/** Spans of time that no setting changes; tests make them shorter. */
export interface Pace {
  /** A stream that has begun gets a comment after so much silence, ms. Default: 5 s. */
  readonly silenceMs?: number;
  /** How long a provider may be silent after the end of its answer, ms. Default: 1 s. */
  readonly tailMs?: number;
  /** How long a caller may take nothing of an answer that waits for it, ms. Default: 5 minutes. */
  readonly unreadMs?: number;
  /** The shortest time between two writes of the ledger's file, ms. Default: 1 s. */
  readonly savingMs?: number;
}

const LONGEST_SILENCE_MS = 5_000;

/** What the engine works with. The same for every request under one configuration. */
export interface EngineContext {
  readonly ledger: Ledger;
  readonly hooks: Hooks;
  readonly upstream: Upstream;
  readonly clock: Clock;
  readonly estimates: Estimates;
  readonly log: Log;
  /** A plugin asked for the text of requests and answers. */
  readonly capturesContent?: boolean;
  readonly pace?: Pace | undefined;
  /** Notes that a target is asked. */
  readonly onAsk?: (target: PreparedTarget) => void;
  /** Notes how an attempt ended: once it answered or failed, and again if its stream broke off. */
  readonly onAttempt?: (record: AttemptRecord) => void;
  /** What is known of a target's model. Never waits. */
  readonly modelOf?: (target: PreparedTarget) => ModelView | undefined;
}

/** Returns after how much silence a caller hears from 429chain, ms. */
export const silenceMsOf = ({ pace }: EngineContext): number => pace?.silenceMs ?? LONGEST_SILENCE_MS;
