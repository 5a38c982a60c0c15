import type { QuotaView, StatusReport, TargetView } from '../../contract/admin-api.js';
import type { CommandLine } from '../options.js';
import { callAdmin, findProxy } from '../proxy/running-proxy.js';
import { cropLines, type Size, showLive } from '../terminal/live-view.js';
import { inOneLine, tableOf } from '../terminal/table.js';
import { summaryOf } from './status-summary.js';

/** Prints the state of every target: once, or with `--watch` every second until Ctrl-C. */
export const status = async (line: CommandLine): Promise<void> => {
  const proxy = await findProxy(line);
  const fetch = (): Promise<StatusReport> => callAdmin(proxy, 'GET /status');
  if (line.options.watch) await showLive(fetch, (report, size) => statusText(report, Date.now(), size));
  else console.log(statusText(await fetch(), Date.now()));
};

/**
 * The targets, each with its quotas below it, and a summary of the day. Cut to `size`.
 * @param now epoch ms
 */
export const statusText = (report: StatusReport, now: number, size: Size = UNLIMITED): string => {
  const { targets } = report;
  const rows = tableOf(
    targets.flatMap(({ target, quotas }) => quotas.map((quota) => quotaRow(target, quota, now))),
    '    ',
  ).split('\n');
  const lines = targets.flatMap((target) => [...targetLines(target, now), ...rows.splice(0, target.quotas.length)]);
  const empty = targets.length === 0 ? ['No chains yet.'] : [];
  return cropLines([...lines, ...empty], summaryOf(report), size);
};

const UNLIMITED: Size = { columns: Number.POSITIVE_INFINITY, rows: Number.POSITIVE_INFINITY };

const targetLines = ({ target, state, reason, until, chains, forbidden = [] }: TargetView, now: number): string[] => {
  const back = until === undefined ? '' : ` · available in ${spanText(until - now)}`;
  const why = reason === undefined ? '' : `: ${inOneLine(reason)}`;
  return [
    `${target}  ${state}${why}${back}  (${chains.join(', ')})`,
    ...forbidden.map(({ chain, reason: rule }) => `    skipped in ${chain}: ${inOneLine(rule)}`),
  ];
};

const quotaRow = (target: string, quota: QuotaView, now: number): string[] => {
  const { scope, dimension, window, limit, inFlight, resetAt, source } = quota;
  const per = window === undefined ? '' : ` per ${window}`;
  return [
    barOf(quota),
    `${leftOf(quota) ?? '?'} of ${limit ?? '?'} ${dimension.replace('_', ' ')}${per}`,
    inFlight > 0 ? `${inFlight} in flight` : '',
    resetAt === undefined || resetAt <= now ? '' : `resets in ${spanText(resetAt - now)}`,
    scope === target ? source : `${source}, ${scope}`,
  ];
};

/** The units left, at least 0: requests in flight can exceed a limit. */
const leftOf = ({ limit, remaining, used }: QuotaView): number | undefined => {
  const left = remaining ?? (limit !== undefined && used !== undefined ? limit - used : undefined);
  // Costs in units are fractions.
  return left === undefined ? undefined : Math.round(Math.max(0, left) * 100) / 100;
};

const CELLS = 10;

/** The share that is left, as a bar. */
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
