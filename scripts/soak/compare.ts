import type { RequestRecord } from '../../src/contract/requests.js';
import type { Callers, Seen } from './callers.js';

/** A request about which its caller and the log disagree. */
export interface Mismatch {
  readonly id: string;
  readonly what: string;
}

/** Compares what each caller saw with the records of the log. */
export const mismatchesOf = (
  { seen }: Pick<Callers, 'seen'>,
  records: ReadonlyMap<string, readonly RequestRecord[]>,
): Mismatch[] => {
  const found: Mismatch[] = [];
  for (const [id, { caller, seen: end }] of seen) {
    const logged = records.get(id) ?? [];
    const fault = faultOf(end, logged);
    if (fault !== undefined) found.push({ id, what: `${caller}: ${fault}` });
  }
  for (const id of records.keys()) if (!seen.has(id)) found.push({ id, what: 'in the log, and sent by no caller' });
  return found;
};

const faultOf = (seen: Seen, logged: readonly RequestRecord[]): string | undefined => {
  const [record] = logged;
  if (logged.length > 1) return `${logged.length} records`;
  // A request that is not sent to its end may leave no trace.
  if (record === undefined) return seen.kind === 'left' ? undefined : `no record of ${textOf(seen)}`;
  const { status } = record;
  if (seen.kind === 'lost') return `${textOf(seen)}, logged as ${status}`;
  if (seen.kind === 'left') return undefined;
  const isSame = seen.failed ? status >= 400 && status !== 499 : status === seen.status;
  return isSame ? undefined : `${textOf(seen)}, logged as ${status}`;
};

const textOf = (seen: Seen): string => {
  if (seen.kind === 'answered') return `${seen.status}${seen.failed ? ' with an error in the stream' : ''}`;
  return seen.kind === 'left' ? 'left' : `lost (${seen.error})`;
};

/** How often each status was logged. */
export const statusesOf = (records: ReadonlyMap<string, readonly RequestRecord[]>): Record<string, number> => {
  const counts: Record<string, number> = {};
  for (const { status } of [...records.values()].flat()) counts[status] = (counts[status] ?? 0) + 1;
  return counts;
};
