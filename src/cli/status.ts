import type { QuotaView, StatusReport, TargetView } from '../contract/admin-api.js';
import type { CommandLine } from './options.js';
import { callAdmin, settingsOf } from './running-proxy.js';
import { tableOf } from './table.js';

const EVERY_MS = 1_000;

/** Prints how every target stands: once, or with `--watch` every second until it is interrupted. */
export const status = async (line: CommandLine): Promise<void> => {
  const settings = await settingsOf(line);
  const ask = (): Promise<StatusReport> => callAdmin(line, settings, 'GET /status');
  if (!line.options.watch) {
    console.log(statusText(await ask(), Date.now()));
    return;
  }
  for (;;) {
    const text = statusText(await ask(), Date.now());
    // From the top of a cleared screen, without the flicker of clearing it first.
    if (process.stdout.isTTY) process.stdout.write(`\x1b[H${text.replaceAll('\n', '\x1b[K\n')}\x1b[J\n`);
    else console.log(`${text}\n`);
    await new Promise((resolve) => setTimeout(resolve, EVERY_MS));
  }
};

/** A table of targets and, below each, of its quotas. `now` is epoch ms. */
export const statusText = ({ targets, waiting }: StatusReport, now: number): string => {
  const blocks = targets.map((target) => {
    const quotas = target.quotas.map((quota) => rowOf(quota, now));
    return `${headOf(target, now)}${quotas.length === 0 ? '' : `\n${tableOf(quotas, '    ')}`}`;
  });
  const nothing = blocks.length === 0 ? ['No chain is configured yet.'] : [];
  return [...blocks, ...nothing, `${waiting} ${waiting === 1 ? 'request waits' : 'requests wait'} for capacity`].join(
    '\n',
  );
};

const headOf = ({ target, state, reason, until, chains }: TargetView, now: number): string => {
  const back = until === undefined ? '' : ` · back in ${spanText(until - now)}`;
  return `${target}  ${state}${reason === undefined ? '' : `: ${reason}`}${back}  (${chains.join(', ')})`;
};

const rowOf = (quota: QuotaView, now: number): string[] => {
  const { scope, dimension, window, limit, inFlight, resetAt, source } = quota;
  const per = window === undefined ? '' : ` per ${window}`;
  return [
    barOf(quota),
    `${leftOf(quota) ?? '?'} of ${limit ?? '?'} ${dimension}${per}`,
    inFlight > 0 ? `${inFlight} in flight` : '',
    resetAt === undefined || resetAt <= now ? '' : `full in ${spanText(resetAt - now)}`,
    `${source}, ${scope}`,
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
