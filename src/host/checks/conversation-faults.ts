import { isFields } from '../../plugin/fields.js';

type Fields = Readonly<Record<string, unknown>>;

const MEDIA: ReadonlySet<unknown> = new Set(['images', 'files', 'audio']);
const FLAGS = ['joinNeighbours', 'answerAfterTools', 'plainSchemas'] as const;
/** A hash has no more. */
const LONGEST_ID = 42;

/** What is wrong with rules for earlier messages, as a predicate; `undefined` if they are valid. */
export const faultInConversation = (rules: unknown): string | undefined => {
  if (!isFields(rules)) return 'are not an object';
  const { model, toolCallIds, callFields, reasoning, system, lastAssistant } = rules;
  if (model !== undefined && !isPattern(model))
    return 'have a `model` that is not a regular expression without the flags g and y';
  if (toolCallIds !== undefined && !isIds(toolCallIds))
    return 'have `toolCallIds` that are not { pattern, prefix?, length }';
  if (callFields !== undefined && !isReturned(callFields, isFields))
    return 'have `callFields` that are not { fields, placeholder? }';
  if (reasoning !== undefined && !isReturned(reasoning, (value) => typeof value === 'string'))
    return 'have `reasoning` that is not { fields, placeholder? }';
  if (![undefined, 'first', 'user'].includes(system as string | undefined))
    return 'have a `system` that is neither first nor user';
  if (lastAssistant !== undefined && !isFields(lastAssistant)) return 'have a `lastAssistant` that is not an object';
  const flag = FLAGS.find((name) => rules[name] !== undefined && rules[name] !== true);
  return flag === undefined ? undefined : `have a \`${flag}\` that is not true`;
};

/** Whether a value is a list of kinds of parts. */
export const areMedia = (value: unknown): boolean => Array.isArray(value) && value.every((kind) => MEDIA.has(kind));

/** A pattern with these flags depends on what it matched before. */
/** Whether a value is a regular expression that keeps no state. */
export const isPattern = (value: unknown): boolean => value instanceof RegExp && !/[gy]/.test(value.flags);

const isIds = (value: unknown): boolean => {
  if (!isFields(value)) return false;
  const { pattern, prefix = '', length } = value;
  const isLength = Number.isInteger(length) && Number(length) > 0 && Number(length) <= LONGEST_ID;
  return isPattern(pattern) && typeof prefix === 'string' && isLength;
};

const isReturned = (value: unknown, isPlaceholder: (value: unknown) => boolean): boolean => {
  if (!isFields(value)) return false;
  const { fields, placeholder }: Fields = value;
  const areNames = Array.isArray(fields) && fields.every((name) => typeof name === 'string');
  return areNames && (placeholder === undefined || isPlaceholder(placeholder));
};
