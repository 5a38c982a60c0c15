import type { QuotaView, StatusReport, TargetView } from '../../contract/admin-api.js';
import { printable } from '../../logging/printable.js';
import type { CommandLine } from '../options.js';
import { callAdmin, findProxy } from '../proxy/running-proxy.js';
import { cropped, type Size, watch } from '../terminal/live-view.js';
import { tableOf } from '../terminal/table.js';
import { summaryOf } from './status-summary.js';

/** Prints how every target stands: once, or with `--watch` every second until it is interrupted. */
export const status = async (line: CommandLine): Promise<void> => {
  const proxy = await findProxy(line);
  const ask = (): Promise<StatusReport> => callAdmin(proxy, 'GET /status');
  if (line.options.watch) await watch(ask, (report, size) => statusText(report, Date.now(), size));
  else console.log(statusText(await ask(), Date.now()));
};

/** Targets and, below each, its quotas; at the foot what the day came to. Cut to `size`. `now` is epoch ms. */
export const statusText = (report: StatusReport, now: number, size: Size = ENDLESS): string => {
  const { targets } = report;
  const rows = tableOf(
    targets.flatMap(({ target, quotas }) => quotas.map((quota) => rowOf(target, quota, now))),
    '    ',
  ).split('\n');
  const lines = targets.flatMap((target) => [headOf(target, now), ...rows.splice(0, target.quotas.length)]);
  const nothing = targets.length === 0 ? ['No chain is configured yet.'] : [];
  return cropped([...lines, ...nothing], summaryOf(report), size);
};

const ENDLESS: Size = { columns: Number.POSITIVE_INFINITY, rows: Number.POSITIVE_INFINITY };

const headOf = ({ target, state, reason, until, chains }: TargetView, now: number): string => {
  const back = until === undefined ? '' : ` · back in ${spanText(until - now)}`;
  const why = reason === undefined ? '' : `: ${printable(reason).replaceAll(/\s*\n\s*/g, ' ')}`;
  return `${target}  ${state}${why}${back}  (${chains.join(', ')})`;
};

const rowOf = (target: string, quota: QuotaView, now: number): string[] => {
  const { scope, dimension, window, limit, inFlight, resetAt, source } = quota;
  const per = window === undefined ? '' : ` per ${window}`;
  return [
    barOf(quota),
    `${leftOf(quota) ?? '?'} of ${limit ?? '?'} ${dimension.replace('_', ' ')}${per}`,
    inFlight > 0 ? `${inFlight} in flight` : '',
    resetAt === undefined || resetAt <= now ? '' : `full in ${spanText(resetAt - now)}`,
    scope === target ? source : `${source}, ${scope}`,
  ];
};

/** As much as may still be asked for; what is in flight may go beyond it. */
const leftOf = ({ limit, remaining, used }: QuotaView): number | undefined => {
  const left = remaining ?? (limit !== undefined && used !== undefined ? limit - used : undefined);
  return left === undefined ? undefined : Math.max(0, left);
};

const CELLS = 10;

/** What is left, as a bar. */
const barOf = (quota: QuotaView): string => {
  const left = leftOf(quota);
  const { limit } = quota;
  if (left === undefined || limit === undefined || limit <= 0) return '·'.repeat(CELLS);
  const full = Math.round(Math.min(1, left / limit) * CELLS);
  return '█'.repeat(full) + '░'.repeat(CELLS - full);
};

const spanText = (ms: number): string => {
  const seconds = Math.max(0, Math.ceil(ms / 1_000));
  if (seconds < 120) return `${seconds} s`;
  const minutes = Math.round(seconds / 60);
  return minutes < 120 ? `${minutes} min` : `${Math.round(minutes / 60)} h`;
};
