import type { Repair } from '../../../plugin/door/attempt.js';
import { COUNTED_BOUND, type CompiledRepair, SUSPECTED_BOUND } from '../../repairs.js';
import type { PreparedTarget } from '../../target.js';

type Body = Readonly<Record<string, unknown>>;
type BoundRepair = Extract<Repair, { cap: string }>;

/** The fields that bound an answer. */
const BOUNDS = ['max_tokens', 'max_completion_tokens'] as const;

/** The most tokens of an answer, and why. */
interface Limit {
  readonly tokens: number;
  readonly why: string;
  /** A request without a bound gets this one: the provider would refuse it otherwise. */
  readonly always: boolean;
}

/** Returns whether a repair lowers the bound on the answer. */
export const isBoundRepair = (repair: Repair): repair is BoundRepair =>
  'cap' in repair && BOUNDS.some((name) => name === repair.cap);

/** Returns whether the target counts the bound of a request beforehand: its type says so, or its refusals did. */
export const countsBound = ({ providerType, repairs }: PreparedTarget, tried: readonly Repair[] = []): boolean =>
  providerType.countsBound === true ||
  repairs.drops(COUNTED_BOUND) ||
  tried.some((repair) => 'drop' in repair && (repair.drop === COUNTED_BOUND || repair.drop === SUSPECTED_BOUND));

/**
 * Lowers the bound of a request to what the target is known to accept, and to `counted` where it counts the bound
 * beforehand. Returns `body` itself when nothing changed.
 */
export const boundAnswer = (
  body: Body,
  repairs: readonly CompiledRepair[],
  counted: number | undefined,
): { readonly body: Body; readonly changes: readonly string[] } => {
  if (repairs.length === 0 && counted === undefined) return { body, changes: NO_CHANGES };
  const limits = limitsOf(repairs, counted);
  const [lowest] = limits.toSorted((one, other) => one.tokens - other.tokens);
  if (lowest === undefined) return { body, changes: NO_CHANGES };
  const set = BOUNDS.filter((name) => typeof body[name] === 'number');
  const tooLarge = set.filter((name) => (body[name] as number) > lowest.tokens);
  const names = set.length === 0 && lowest.always ? [BOUNDS[0]] : tooLarge;
  if (names.length === 0) return { body, changes: NO_CHANGES };
  return {
    body: { ...body, ...Object.fromEntries(names.map((name) => [name, lowest.tokens])) },
    changes: names.map((name) => `${name} ${body[name] ?? 'not set'} → ${lowest.tokens}: ${lowest.why}`),
  };
};

const NO_CHANGES: readonly string[] = [];

const limitsOf = (repairs: readonly CompiledRepair[], counted: number | undefined): Limit[] => [
  ...repairs.flatMap(({ repair }) =>
    isBoundRepair(repair) ? [{ tokens: repair.to, why: 'this target refused more', always: repair.once === true }] : [],
  ),
  ...(counted === undefined
    ? []
    : // A caller that sets no bound may want a long answer.
      [{ tokens: Math.floor(counted), why: 'the provider counts it beforehand', always: false }]),
];
