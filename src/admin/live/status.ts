import type { LiveStatus, QuotaView, TargetView } from '../../contract/admin-api.js';
import type { HealthView } from '../../contract/health.js';
import { barOf } from '../../engine/rules/standing.js';
import type { Chain, PreparedTarget } from '../../engine/target.js';
import { blockedEventLoop } from '../../host/event-loop.js';
import type { QuotaStatus, Sharing, TargetStatus } from '../../ledger/ledger.js';
import { durationText } from '../../plugin/readers/headers/headers.js';

/** The parts of the engine that a status needs. */
export interface Engine {
  readonly chains: { readonly all: readonly Chain[] };
  /** Requests that wait for capacity, in all workers. */
  readonly waiting: number;
  stateOf(target: PreparedTarget): TargetStatus;
  healthOf(target: PreparedTarget): HealthView | undefined;
  /** Where several processes count together, if they do. */
  readonly sharing?: Sharing | undefined;
}

/** A target with the names of the chains that contain it. */
export interface ListedTarget {
  readonly target: PreparedTarget;
  readonly chains: readonly string[];
  /** The chains with rules, and the target in each. */
  readonly ruled: readonly { readonly chain: Chain; readonly target: PreparedTarget }[];
}

/** The current state of every target of every chain, in the chains' order. */
export const statusOf = (engine: Engine): LiveStatus => {
  const loop = blockedEventLoop();
  return {
    targets: targetsOf(engine).map((listed) => viewOf(engine, listed)),
    waiting: engine.waiting,
    ...(loop === undefined ? {} : { loop }),
    ...(engine.sharing === undefined ? {} : { ledger: engine.sharing }),
  };
};

/** Every target of every chain, once, in the chains' order. */
export const targetsOf = ({ chains }: Engine): readonly ListedTarget[] => {
  const listed = new Map<
    string,
    { target: PreparedTarget; chains: string[]; ruled: { chain: Chain; target: PreparedTarget }[] }
  >();
  for (const chain of chains.all) {
    for (const target of chain.targets) {
      const known = listed.get(target.id) ?? { target, chains: [], ruled: [] };
      listed.set(target.id, known);
      known.chains.push(chain.name);
      if (chain.rules !== undefined) known.ruled.push({ chain, target });
    }
  }
  return [...listed.values()];
};

/** The current state of one target. */
export const viewOf = (engine: Engine, { target, chains, ruled }: ListedTarget): TargetView => {
  const forbidden = ruled.flatMap(({ chain, target: inChain }) => {
    const bar = barOf(inChain, chain);
    return bar === undefined ? [] : [{ chain: chain.name, reason: bar.reason }];
  });
  const health = engine.healthOf(target);
  return {
    ...shown(engine.stateOf(target), chains),
    ...(health !== undefined && { health }),
    ...(forbidden.length === 0 ? {} : { forbidden }),
  };
};

const shown = (
  { target, state, probing, reason, until, inFlight, quotas }: TargetStatus,
  chains: readonly string[],
): TargetView => ({
  target,
  chains,
  state,
  ...(probing === true && { probing }),
  ...(reason === undefined ? {} : { reason }),
  ...finite('until', until),
  inFlight,
  quotas: quotas.map(quotaOf),
});

const quotaOf = ({
  scope,
  dimension,
  windowMs,
  calendar,
  inFlight,
  probing,
  source,
  ...figures
}: QuotaStatus): QuotaView => ({
  scope,
  dimension,
  ...(windowMs === undefined ? {} : { window: durationText(windowMs) }),
  ...(calendar === undefined ? {} : { calendar }),
  ...finite('limit', figures.limit),
  ...finite('used', figures.used),
  inFlight,
  ...finite('remaining', figures.remaining),
  ...(probing === true && { probing }),
  ...finite('resetAt', figures.resetAt),
  source,
});

/** Omits infinity, which JSON does not have: the state never ends. */
const finite = <K extends string>(key: K, value: number | undefined): { [key in K]?: number } =>
  value === undefined || !Number.isFinite(value) ? {} : ({ [key]: value } as { [key in K]: number });
