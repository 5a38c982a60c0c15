import type { StatusReport, TargetView } from './admin-api.js';
import type { RequestRecord } from './requests.js';

/**
 * What `GET /admin/api/events` sends, as server-sent events: each `data` is one of these as JSON, and the event's name is
 * its `type`. A client gets one every 100 ms at most, and none while nothing changes. To be sent again after a break only
 * what was missed, it sends the last id as `Last-Event-ID`, as an EventSource does by itself.
 */
export type LiveEvent = StatusEvent | ChangesEvent;

/**
 * Everything as it stands, in place of all that was known. Comes first, and whenever what changed cannot be told; of
 * requests that were over in between nothing is told then: `GET /admin/api/requests` knows them.
 */
export interface StatusEvent extends Pick<StatusReport, 'targets' | 'waiting'> {
  readonly type: 'status';
  readonly configuration: ConfigurationState;
}

/** What has changed since the event before. */
export interface ChangesEvent {
  readonly type: 'changes';
  /** Those that changed, each of them whole. */
  readonly targets: readonly TargetView[];
  readonly waiting?: number;
  /** Those that are over since, in that order, without what was asked and answered. */
  readonly requests: readonly RequestRecord[];
  /** How many more of them there were, before these; the last 50 are told. */
  readonly missed?: number;
  readonly configuration?: ConfigurationState;
}

export interface ConfigurationState {
  /** What is wrong with the configuration as it was last written. 0: it is in force. Else the one before stays so. */
  readonly problems: number;
}
