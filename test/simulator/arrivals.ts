import { capacityOf } from './capacity.js';
import type { Weight } from './gate.js';
import { Random } from './random.js';
import { startOf, type Workload } from './world.js';

/** A kind of request, with its relative frequency. Tokens are ranges. */
export interface Kind {
  readonly share: number;
  readonly prompt: readonly [number, number];
  readonly completion: readonly [number, number];
  /** The caller's `max_tokens`. Default: not set. */
  readonly bound?: number;
}

/** When requests arrive. */
export type Arrivals = {
  /** Default: prompts of some hundred tokens, short answers. */
  readonly kinds?: readonly Kind[];
  /** Share of requests whose answers are streamed. Default: half. */
  readonly streamed?: number;
} & (
  | { /** Independently of each other, at so much of what the world can serve for ever. */ readonly load: number }
  | { /** So many at once. */ readonly herd: number; readonly atMinutes: readonly number[] }
);

/** A request as it arrives. */
export interface Plan extends Weight {
  readonly index: number;
  /** Epoch ms. */
  readonly at: number;
  readonly chain: string;
  readonly stream: boolean;
  /** The herd that it belongs to. */
  readonly herd: number;
  /** Bytes per token of its text, which an estimate cannot know. */
  readonly bytesPerToken: number;
}

const USUAL: readonly Kind[] = [
  { share: 8, prompt: [80, 500], completion: [40, 300], bound: 400 },
  { share: 2, prompt: [80, 500], completion: [100, 500] },
];

/** A herd arrives within this time. */
const HERD_MS = 40;
/** English with some code in it, and the spread of single texts. */
const BYTES_PER_TOKEN = 3.7;
const TEXT_SPREAD = 0.08;

/** Returns all requests of a workload, in order of arrival. The same seed gives the same requests. */
export const plansOf = (workload: Workload, seed: number): Plan[] => {
  const { arrivals, minutes } = workload;
  const random = new Random(seed, `arrivals ${workload.name}`);
  const start = startOf(workload);
  const draw = (at: number, herd: number, index: number) => planOf(workload, random, at, herd, index);
  if ('herd' in arrivals) {
    return arrivals.atMinutes
      .flatMap((minute, herd) =>
        Array.from({ length: arrivals.herd }, () => ({ at: start + minute * 60_000 + random.next() * HERD_MS, herd })),
      )
      .toSorted((one, other) => one.at - other.at)
      .map(({ at, herd }, index) => draw(at, herd, index));
  }
  return poisson(workload, random, arrivals.load * capacityOf(workload), minutes);
};

/** Returns requests that arrive independently of each other, at a rate per minute. */
export const poisson = (workload: Workload, random: Random, perMinute: number, minutes: number): Plan[] => {
  const start = startOf(workload);
  const plans: Plan[] = [];
  let at = start + random.gap(60_000 / perMinute);
  while (at < start + minutes * 60_000) {
    plans.push(planOf(workload, random, at, 0, plans.length));
    at += random.gap(60_000 / perMinute);
  }
  return plans;
};

const planOf = ({ arrivals, chains }: Workload, random: Random, at: number, herd: number, index: number): Plan => {
  const { kinds = USUAL, streamed = 0.5 } = arrivals;
  const kind = random.weighed(kinds);
  const bound = kind.bound;
  const completion = Math.round(random.between(kind.completion));
  return {
    index,
    at: Math.round(at),
    herd,
    chain: random.pick(Object.keys(chains)),
    stream: random.next() < streamed,
    prompt: Math.round(random.between(kind.prompt)),
    bound,
    completion: Math.min(completion, bound ?? completion),
    bytesPerToken: random.spread(BYTES_PER_TOKEN, TEXT_SPREAD),
  };
};
