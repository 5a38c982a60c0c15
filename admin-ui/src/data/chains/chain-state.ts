import type { TargetView } from '../../../../src/contract/admin-api.js';
import type { ChainView } from '../../../../src/contract/admin-configuration.js';
import { partsOf, spanText } from '../format.js';
import { capacityOf, sumOf, tightest } from '../providers/capacity.js';
import { shareLeft } from '../providers/quotas.js';

/** What is left of a target, or of each of its keys together. */
export interface TargetLeft {
  readonly target: string;
  readonly kind: 'usable' | 'resting' | 'off' | 'unknown';
  /** The remaining share, from 0 to 1; absent if no limit is known. */
  readonly left?: number;
}

/** The state of a chain in one line. */
export interface ChainState {
  readonly targets: readonly TargetLeft[];
  readonly usable: number;
  /** The target that the next request asks first. */
  readonly next?: string;
  /** The share of the known limits that is left, from 0 to 1. */
  readonly left?: number;
  /** When the first resting target comes back, epoch ms, if none can be used now. */
  readonly backAt?: number;
}

type ByTarget = ReadonlyMap<string, readonly TargetView[]>;

/** Long chains look up each of many targets, again at each event. */
const INDEXES = new WeakMap<readonly TargetView[], ByTarget>();

const indexOf = (views: readonly TargetView[]): ByTarget => {
  const index = new Map<string, TargetView[]>();
  for (const view of views) {
    const { provider, model, key } = partsOf(view.target);
    for (const id of key === undefined ? [view.target] : [view.target, `${provider}/${model}`])
      index.set(id, [...(index.get(id) ?? []), view]);
  }
  INDEXES.set(views, index);
  return index;
};

/** The views of a target, with each key of its provider. */
export const viewsOf = (target: string, views: readonly TargetView[]): readonly TargetView[] =>
  (INDEXES.get(views) ?? indexOf(views)).get(target) ?? [];

/** The rule of a chain that forbids a target. A rule holds for the model, whatever key is used. */
export const forbiddenIn = (chain: string, [view]: readonly TargetView[]): string | undefined =>
  view?.forbidden?.find((each) => each.chain === chain)?.reason;

const isUsable = ({ state }: TargetView): boolean => state === 'available' || state === 'tracking';

export const chainStateOf = ({ name, targets }: ChainView, views: readonly TargetView[]): ChainState => {
  const all = targets.map(({ target }) => ({ target, views: viewsOf(target, views) }));
  const asked = all.filter((each) => forbiddenIn(name, each.views) === undefined);
  const usable = asked.filter((each) => each.views.some(isUsable));
  const lefts = all.map((each) => leftOfTarget(each.target, each.views, asked.includes(each)));
  const { share } = sumOf(capacityOf(asked.flatMap((each) => each.views)));
  const times = asked.flatMap((each) => each.views.flatMap(({ until }) => (until === undefined ? [] : [until])));
  const [first] = usable;
  return {
    targets: lefts,
    usable: usable.length,
    ...(first === undefined ? {} : { next: first.target }),
    ...(share === undefined ? {} : { left: share }),
    ...(first === undefined && times.length > 0 ? { backAt: Math.min(...times) } : {}),
  };
};

/** How many of `count` targets are available, in words: `all available`, `3 available`, `back in 12 s`. */
export const availableText = ({ usable, backAt = 0 }: ChainState, count: number): string => {
  if (usable > 0) return usable === count ? 'all available' : `${usable} available`;
  const wait = backAt - Date.now();
  return wait > 0 ? `back in ${spanText(wait)}` : 'none available';
};

const leftOfTarget = (target: string, views: readonly TargetView[], isAsked: boolean): TargetLeft => {
  if (views.length === 0) return { target, kind: 'unknown' };
  const usable = views.filter(isUsable);
  if (!isAsked || views.every(({ state }) => state === 'unconfigured' || state === 'disabled'))
    return { target, kind: 'off' };
  if (usable.length === 0) return { target, kind: 'resting', left: 0 };
  const shares = usable.flatMap(({ quotas }) => {
    const quota = tightest(quotas);
    const share = quota === undefined ? undefined : shareLeft(quota);
    return share === undefined ? [] : [share];
  });
  return { target, kind: 'usable', ...(shares.length === 0 ? {} : { left: Math.max(...shares) }) };
};
