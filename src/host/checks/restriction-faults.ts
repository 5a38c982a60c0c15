import { isFields } from '../../plugin/fields.js';
import { isPattern } from './conversation-faults.js';

type Fields = Readonly<Record<string, unknown>>;

const POSTURES: ReadonlySet<unknown> = new Set(['no', 'may', 'unknown']);

/** What is wrong with what a type says about free models and training, as a predicate; `undefined` if it is valid. */
export const faultInRestrictions = ({
  about,
  elsewhere,
  freeOnly,
  modelList,
  noTraining,
}: Fields): string | undefined => {
  if (elsewhere !== undefined && !isPattern(elsewhere)) return `has an \`elsewhere\` that ${NO_PATTERN}`;
  const { free } = isFields(modelList) ? modelList : {};
  if (free !== undefined && !isPattern(free)) return `has a \`modelList.free\` that ${NO_PATTERN}`;
  if (freeOnly !== undefined && !isRestriction(freeOnly)) return 'has a `freeOnly` that is not { body?, drop? }';
  if (noTraining !== undefined && !(isRestriction(noTraining) && isPosture(noTraining.training)))
    return "has a `noTraining` that is not { body?, drop?, training }, such as { training: { posture: 'no' } }";
  const { training } = isFields(about) ? about : {};
  if (training !== undefined && !isPosture(training))
    return "has an `about.training` whose `posture` is not 'no', 'may' or 'unknown'";
  return undefined;
};

const NO_PATTERN = 'is not a regular expression without the flags g and y';

const isRestriction = (value: unknown): value is Fields => {
  if (!isFields(value)) return false;
  const { body = {}, drop = [] } = value;
  return isFields(body) && Array.isArray(drop) && drop.every((field) => typeof field === 'string');
};

const isPosture = (value: unknown): boolean => isFields(value) && POSTURES.has(value.posture);
