import type {
  AttemptReport,
  Charge,
  HoldAnswer,
  HoldRefusal,
  HoldRequest,
  ScopeDemand,
  ScopeKnowledge,
  Statement,
  UnitCount,
  UnitStoreEvent,
  UnitWindow,
} from '429chain/plugin';

/*
 * What the functions of units.lua receive and return. Arguments are JSON, in which numbers keep all their digits; results are
 * texts, because Redis cuts the fractions off numbers.
 */

const ABSENT = -1;
/** JSON has no infinite numbers. This is the last moment that a `Date` can have. */
const NEVER = 8.64e15;

const finite = (value: number): number => Math.min(value, NEVER);

const windowOf = (window: UnitWindow): readonly [kind: string, ms: number, endsAt: number] => [
  window.kind,
  window.kind === 'slots' ? 0 : window.ms,
  (window.kind === 'fixed' ? window.endsAt : undefined) ?? ABSENT,
];

const scopeOf = ({ scope, demands, mostUnanswered = ABSENT }: ScopeDemand): unknown => [
  scope,
  mostUnanswered,
  demands.map(({ quota, units, limit, window, mostHeld = ABSENT }) => [
    quota,
    finite(units),
    finite(limit),
    ...windowOf(window),
    mostHeld,
  ]),
];

export const requestText = ({ scopes }: HoldRequest): string => JSON.stringify(scopes.map(scopeOf));

const chargeOf = ({ scope, quota, used }: Charge): unknown => [scope, quota, finite(used)];

const statementOf = ({ scope, quota, used, limit, window, includesThis }: Statement): unknown => [
  scope,
  quota,
  finite(used),
  finite(limit),
  ...windowOf(window),
  includesThis,
];

/** @param over the attempt is over too */
export const reportText = ({ served, charges, statements }: AttemptReport, over: boolean): string =>
  JSON.stringify({
    answered: served !== undefined,
    served: served === true,
    charges: charges.map(chargeOf),
    statements: statements.map(statementOf),
    over,
  });

export const knowledgeText = ({ scope, cooldown, learned }: ScopeKnowledge): string =>
  JSON.stringify({ scope, learned, cooldown: cooldown && { ...cooldown, until: finite(cooldown.until) } });

interface KnowledgeText {
  readonly scope: string;
  readonly learned?: string;
  readonly cooldown?: { class: string; reason: string; until: number };
}

const knowledgeIn = ({ scope, cooldown, learned }: KnowledgeText): ScopeKnowledge => {
  if (cooldown === undefined) return { scope, learned };
  const { reason, until } = cooldown;
  const cause = cooldown.class as NonNullable<ScopeKnowledge['cooldown']>['class'];
  return {
    scope,
    learned,
    cooldown: { class: cause, reason, until: until >= NEVER ? Number.POSITIVE_INFINITY : until },
  };
};

const numberIn = (text: string | undefined): number | undefined =>
  text === undefined || text === '' ? undefined : Number(text) >= NEVER ? Number.POSITIVE_INFINITY : Number(text);

const refusalIn = ([scope = '', code, quota, left, retryAt]: readonly string[]): HoldRefusal => ({
  scope,
  code: code as HoldRefusal['code'],
  ...(quota !== '' && { quota }),
  ...(left !== '' && { left: numberIn(left) }),
  ...(retryAt !== '' && { retryAt: numberIn(retryAt) }),
});

/** @param id of the lease that was asked for */
export const holdIn = (reply: unknown, id: string): HoldAnswer => {
  const [sequence, refusals] = reply as [string, string[][]];
  return {
    ...(sequence !== '' && { lease: { id, sequence: Number(sequence) } }),
    refusals: refusals.map(refusalIn),
  };
};

export const countsIn = (reply: unknown): readonly UnitCount[] =>
  (reply as string[][]).map(([scope = '', quota = '', used, held, resetAt]) => ({
    scope,
    quota,
    used: Number(used),
    held: Number(held),
    resetAt: numberIn(resetAt),
  }));

export const knownIn = (reply: unknown): readonly ScopeKnowledge[] =>
  (reply as string[])
    .map((text) => knowledgeIn(JSON.parse(text)))
    .filter(({ cooldown, learned }) => cooldown !== undefined || learned !== undefined);

interface Message {
  /** The process that reported it; absent for room, which concerns this process too. */
  readonly from?: string;
  readonly room?: readonly string[];
  readonly knowledge?: KnowledgeText;
  readonly reset?: string;
  readonly told?: { readonly topic: string; readonly value?: unknown };
}

/** What the other processes receive. */
export const toldText = (process: string, topic: string, value: unknown): string =>
  JSON.stringify({ from: process, told: { topic, value } } satisfies Message);

/** @returns the events in a message of the channel that concern `process` */
export const eventsIn = (text: string, process: string): readonly UnitStoreEvent[] => {
  const { from, room = [], knowledge, reset, told } = JSON.parse(text) as Message;
  if (from === process) return [];
  return [
    ...(knowledge === undefined ? [] : [{ type: 'knowledge', knowledge: knowledgeIn(knowledge) } as const]),
    ...(reset === undefined ? [] : [{ type: 'reset', scope: reset } as const]),
    ...(told === undefined ? [] : [{ type: 'told', topic: told.topic, value: told.value } as const]),
    ...room.map((scope) => ({ type: 'room', scope }) as const),
  ];
};
