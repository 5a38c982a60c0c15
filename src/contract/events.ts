import type { StatusReport, TargetView } from './admin-api.js';
import type { RequestRecord } from './requests.js';

/**
 * The server-sent events of `GET /admin/api/events`. `data` is one of these as JSON, and the name of the event is its
 * `type`. A client gets at most one event per 100 ms, and none while nothing changes. After a broken connection, it sends the
 * last id as `Last-Event-ID` to get only what it missed, as an EventSource does automatically.
 */
export type LiveEvent = StatusEvent | ChangesEvent;

/**
 * The complete state, which replaces all earlier events. Sent first, and whenever the changes are not available. It does not
 * include requests that finished in between: see `GET /admin/api/requests`.
 */
export interface StatusEvent extends Pick<StatusReport, 'targets' | 'waiting'> {
  readonly type: 'status';
  readonly configuration: ConfigurationState;
}

/** The changes since the previous event. */
export interface ChangesEvent {
  readonly type: 'changes';
  /** The changed targets, each complete. */
  readonly targets: readonly TargetView[];
  readonly waiting?: number;
  /** The finished requests, in order, without their contents. */
  readonly requests: readonly RequestRecord[];
  /** The number of earlier finished requests that were left out: an event has at most 50. */
  readonly missed?: number;
  readonly configuration?: ConfigurationState;
}

export interface ConfigurationState {
  /** The number of problems in the file. With 0 the file is active; otherwise the previous configuration still is. */
  readonly problems: number;
}
