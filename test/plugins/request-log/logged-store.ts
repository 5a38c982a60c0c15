import type { RequestContent, RequestLog, RequestRecord } from '429chain/plugin';
import type { MemoryLog } from '../../proxy.js';
import type { TurningClock } from '../../turning-clock.js';

/** A request log that is written to. */
interface WrittenLog extends RequestLog {
  add(record: RequestRecord, content?: RequestContent): void;
  flush(): Promise<void>;
  close(): Promise<void>;
}

/** What a test sets; everything else is out of its way. */
export interface LogSettings {
  readonly keepMs?: number;
  readonly maxRequests?: number;
  readonly maxBytes?: number;
}

/** A request log on a real disk or server, with a clock that stands still. */
export interface LoggedStore {
  readonly log: MemoryLog;
  readonly clock: TurningClock;
  readonly store: WrittenLog;
  /** Starts again as after a crash: what was not written is lost. */
  restart(): WrittenLog;
  /** The UTC days with records, the earliest first. */
  days(): Promise<readonly string[]>;
  /** Removes the records of a day, as it does when they are too old. */
  removeDay(day: string): Promise<void>;
  /** Makes it impossible to write, until `mend`. */
  break(): Promise<void>;
  mend(): Promise<void>;
  /** Removes everything. */
  remove(): Promise<void>;
}

/** Adds records, and writes them. */
export const addTo = async (
  { store }: LoggedStore,
  number: number,
  make: (index: number) => RequestRecord,
): Promise<void> => {
  for (let index = 0; index < number; index++) store.add(make(index));
  await store.flush();
};

/** The ids of all pages. */
export const idsIn = async (
  { store }: LoggedStore,
  query: Parameters<RequestLog['requests']>[0] = {},
): Promise<string[]> => {
  const ids: string[] = [];
  let cursor: string | undefined;
  do {
    const page = await store.requests({ ...query, cursor });
    ids.push(...page.requests.map(({ id }) => id));
    cursor = page.next;
  } while (cursor !== undefined);
  return ids;
};
