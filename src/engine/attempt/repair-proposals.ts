import type { FailureClass } from '../../contract/quota.js';
import { applyAdaptations } from '../../plugin/door/adapt.js';
import type { Repair } from '../../plugin/door/attempt.js';
import { pathsOf } from '../../plugin/door/path.js';
import { readErrorBody } from '../../plugin/readers/errors/error-body.js';
import { isEssential } from '../../plugin/readers/essential-fields.js';
import { parseLimits } from '../../plugin/readers/waits/prose.js';
import {
  adaptationOfField,
  COUNTED_BOUND,
  type FieldRepair,
  fieldOf,
  isConversationRepair,
  SUSPECTED_BOUND,
} from '../repairs.js';
import type { RequestSize } from '../request.js';
import { PREFILL } from '../resume/continuation.js';
import type { PreparedTarget } from '../target.js';
import { arrangeConversation } from './conversation/arrange.js';
import { countsBound, isBoundRepair } from './request/answer-bound.js';
import type { Estimates } from './request/estimate.js';
import { nativeRepairs } from './request/native-request.js';
import type { OutgoingRequest } from './request/outgoing-request.js';
import { boundOf, choicesOf } from './request/request-size.js';
import type { Judgement } from './verdict.js';

type Body = Readonly<Record<string, unknown>>;

/** A refused attempt. */
interface RefusedAttempt {
  readonly judgement: Judgement;
  readonly outgoing: OutgoingRequest;
  readonly target: PreparedTarget;
  readonly size: RequestSize;
  /** The repairs that this request had already. */
  readonly tried: readonly Repair[];
  /** Other attempts in flight at the target. */
  readonly others: number;
  readonly estimates: Estimates;
}

/** Classes of failures that another form of the same request may avoid. */
const REPAIRABLE: ReadonlySet<FailureClass> = new Set(['bad_request', 'too_large', 'rate_limit', 'quota']);
/** Repairs of one request. */
const MOST_REPAIRS = 32;
const NONE: readonly Repair[] = [];

/**
 * Returns how to change a refused request so that the target may accept it: what the refusal names, or else what only
 * 429chain added, or a smaller bound on the answer. Every repair changes what was sent; empty when nothing is left to try.
 */
export const proposeRepairs = (refused: RefusedAttempt): readonly Repair[] => {
  const { failure, verdict } = refused.judgement;
  const { native } = refused.outgoing;
  if (native !== undefined) return nativeRepairs(native, failure, refused.target);
  if (!REPAIRABLE.has(failure.class) || refused.tried.length >= MOST_REPAIRS) return NONE;
  const named = (verdict.repairs ?? []).flatMap((repair) => applicable(repair, refused));
  if (named.length > 0) return named;
  return failure.class === 'bad_request' ? withoutOurs(refused) : withSmallBound(refused);
};

/** What 429chain adds to each stream request. */
const USAGE = 'stream_options';

/** Without an explanation, the likely faults are a prefill, then the request for usage: the caller asked for neither. */
const withoutOurs = ({ judgement, outgoing, tried, target }: RefusedAttempt): readonly Repair[] => {
  if (outgoing.resumeMode.kind === 'prefill') return [{ drop: PREFILL }];
  const { failure } = judgement;
  const { withoutUsage } = target.repairs;
  if (tried.some((repair) => 'drop' in repair && repair.drop === USAGE)) withoutUsage.failed();
  if (!withoutUsage.isDue) return NONE;
  const sent = outgoing.openAiBody;
  const asksForUsage = outgoing.hidesUsage && 'stream_options' in sent;
  return asksForUsage && explainsNothing(failure.message, sent) ? [{ drop: USAGE }] : NONE;
};

/** A longer message explains something. */
const LONGEST_WITHOUT_MEANING = 100;

const explainsNothing = (message: string, body: Body): boolean =>
  message.length <= LONGEST_WITHOUT_MEANING &&
  !Object.keys(body).some((key) => key !== 'stream' && message.toLowerCase().includes(key.toLowerCase()));

const BOUND_LOWERED: ReadonlySet<string> = new Set([COUNTED_BOUND, SUSPECTED_BOUND]);
/** A smaller bound is tried if the one that was sent is so many times larger. */
const MUCH_LARGER = 2;

const withSmallBound = (refused: RefusedAttempt): readonly Repair[] => {
  const { judgement, outgoing, target, size, tried, others, estimates } = refused;
  // Large bounds of other attempts may use up a limit: then the trial proves nothing.
  const isProof = others === 0 || judgement.failure.class === 'too_large';
  if (isProof && tried.some((repair) => 'drop' in repair && BOUND_LOWERED.has(repair.drop)))
    target.repairs.smallBound.failed();
  if (target.providerType.countsBound === false || judgement.failure.class === 'quota') return NONE;
  if (countsBound(target, tried) || !target.repairs.smallBound.isDue) return NONE;
  const bound = boundOf(outgoing.openAiBody) ?? Number.POSITIVE_INFINITY;
  if (bound < MUCH_LARGER * estimates.boundToSend(target.id, size)) return NONE;
  const { message } = readErrorBody(judgement.failure.body ?? judgement.failure.message);
  const evidence = evidenceIn(message, bound * choicesOf(outgoing.openAiBody), size);
  if (evidence === 'says so') return [{ drop: COUNTED_BOUND }];
  if (evidence === 'says otherwise' || !Number.isFinite(bound) || namesOtherLimit(judgement)) return NONE;
  // That the request is too large is as certain after one trial as after two.
  return [{ drop: judgement.failure.class === 'too_large' ? COUNTED_BOUND : SUSPECTED_BOUND }];
};

/** Groq: "output tokens per minute", "reduce max_tokens". */
const NAMES_BOUND = /\boutput tokens\b|\bmax_(?:completion_|output_)?tokens\b/i;

/** What a refusal says about a request with so many tokens as bound. */
const evidenceIn = (
  message: string,
  bound: number,
  { tokens }: RequestSize,
): 'says so' | 'says otherwise' | undefined => {
  if (NAMES_BOUND.test(message)) return 'says so';
  const requested = parseLimits(message).find(
    (limit) => limit.dimension === 'tokens' && limit.requested !== undefined,
  )?.requested;
  if (requested === undefined) return undefined;
  // The estimate of the prompt is not exact.
  const [asPrompt, withBound] = [Math.abs(requested - tokens), Math.abs(requested - tokens - bound)];
  return withBound < asPrompt ? 'says so' : 'says otherwise';
};

/** The refusal names a limit that no bound changes. */
const namesOtherLimit = ({ verdict }: Judgement): boolean =>
  verdict.signals?.some(({ dimension, remaining }) => dimension !== 'tokens' && (remaining ?? 0) <= 0) === true;

/** Returns the repairs that carry out `repair` on what was sent; empty if it would change nothing. */
const applicable = (repair: Repair, { outgoing, tried, target }: RefusedAttempt): readonly Repair[] => {
  const sent = outgoing.openAiBody;
  if (isConversationRepair(repair)) {
    return arrangeConversation(sent, repair.conversation).body === sent ? NONE : [repair];
  }
  if (isBoundRepair(repair)) return lowers(repair, sent) ? [repair] : NONE;
  const renamed = 'rename' in repair && undoes(repair, sent, tried, target) ? { drop: repair.rename } : repair;
  if (changes(renamed, sent)) return [renamed];
  return elsewhere(renamed, sent).filter((each) => changes(each, sent));
};

const lowers = ({ cap, to, once }: Extract<Repair, { cap: string }>, sent: Body): boolean => {
  const bound = boundOf(sent);
  return to > 0 && (bound === undefined ? once === true || typeof sent[cap] === 'number' : bound > to);
};

/** The target refused the other name before. */
const undoes = (
  { rename, to }: Extract<Repair, { rename: string }>,
  sent: Body,
  tried: readonly Repair[],
  { repairs }: PreparedTarget,
): boolean =>
  [...tried, ...repairs.for(sent).map(({ repair }) => repair)].some(
    (before) => 'rename' in before && before.rename === to && before.to === rename,
  );

const changes = (repair: FieldRepair, body: Body): boolean =>
  applyAdaptations(body, [adaptationOfField(repair)]).body !== body;

/** A refusal may name a field without its path, or with a path in the provider's own words. */
const elsewhere = (repair: FieldRepair, sent: Body): readonly FieldRepair[] => {
  const path = fieldOf(repair);
  const name = path.slice(path.lastIndexOf('.') + 1);
  const top = path.slice(0, path.length - name.length).split(/[.[]/)[0] ?? '';
  const found = pathsOf(sent, name).filter((each) => !isEssential(each));
  const near = top === '' ? found : found.filter((each) => each.startsWith(top));
  return (near.length > 0 ? near : found).map((each) => at(repair, each));
};

const at = (repair: FieldRepair, path: string): FieldRepair => {
  if ('drop' in repair) return { drop: path };
  if ('rename' in repair) return { ...repair, rename: path };
  if ('cap' in repair) return { ...repair, cap: path };
  return 'flatten' in repair ? { flatten: path } : { ...repair, replace: path };
};
