import type { QuotaView, StatusReport, TargetView } from '../contract/admin-api.js';
import type { Chain, PreparedTarget } from '../engine/target.js';
import type { QuotaStatus, TargetStatus } from '../ledger/ledger.js';

/** What a status is made from. */
export interface Engine {
  readonly chains: { readonly all: readonly Chain[] };
  readonly waterfall: { readonly waiting: number };
  stateOf(target: PreparedTarget): TargetStatus;
}

/** How every target of every chain stands at this moment, in the chains' order. */
export const statusOf = (engine: Engine): StatusReport => {
  const { chains, waterfall } = engine;
  const chainsOf = new Map<string, string[]>();
  const targets = new Map<string, PreparedTarget>();
  for (const { name, targets: inChain } of chains.all) {
    for (const target of inChain) {
      targets.set(target.id, target);
      chainsOf.set(target.id, [...(chainsOf.get(target.id) ?? []), name]);
    }
  }
  return {
    targets: [...targets.values()].map((target) => viewOf(engine.stateOf(target), chainsOf.get(target.id) ?? [])),
    waiting: waterfall.waiting,
  };
};

const viewOf = ({ target, state, reason, until, quotas }: TargetStatus, chains: readonly string[]): TargetView => ({
  target,
  chains,
  state,
  ...(reason === undefined ? {} : { reason }),
  ...finite('until', until),
  quotas: quotas.map(quotaOf),
});

const quotaOf = ({ scope, dimension, windowMs, inFlight, source, ...figures }: QuotaStatus): QuotaView => ({
  scope,
  dimension,
  ...(windowMs === undefined ? {} : { window: durationText(windowMs) }),
  ...finite('limit', figures.limit),
  ...finite('used', figures.used),
  inFlight,
  ...finite('remaining', figures.remaining),
  ...finite('resetAt', figures.resetAt),
  source,
});

/** JSON knows no infinity: what never ends is left out. */
const finite = <K extends string>(key: K, value: number | undefined): { [key in K]?: number } =>
  value === undefined || !Number.isFinite(value) ? {} : ({ [key]: value } as { [key in K]: number });

const UNITS = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['m', 60_000],
  ['s', 1_000],
  ['ms', 1],
] as const;

/** `'1m'`, `'1h30m'`: as the configuration writes it. */
const durationText = (ms: number): string => {
  let left = Math.round(ms);
  let text = '';
  for (const [unit, size] of UNITS) {
    const count = Math.floor(left / size);
    if (count > 0) text += `${count}${unit}`;
    left -= count * size;
  }
  return text || '0ms';
};
