import type { StreamEvent, Translation } from '../../plugin/door/translate.js';
import { isFields } from '../../plugin/fields.js';
import type { ProviderType } from '../../plugin/index.js';
import { isPromise, PROMISED } from '../checks/results.js';
import { wordsOf } from '../checks/words.js';
import type { Entry } from '../guard.js';

type Fields = Readonly<Record<string, unknown>>;
/** Receives an error and the function that it comes from. */
type Blame = (where: string, error: unknown) => void;

/**
 * `type` with guarded functions. If one throws or returns an invalid value, its plugin is blamed and the attempt fails with
 * an error that names the type. After `pool`, the model has no pool; after `readModel`, 429chain reads the usual fields.
 */
export const guardedType = (name: string, type: ProviderType, blame: Blame, enter: Entry): ProviderType => {
  const { adapt, pool, readModel, translate } = type;
  const call = checking(blame, enter, (what) => `provider type "${name}" failed in ${what}`);
  return {
    ...type,
    ...(pool && { pool: (model) => unless(() => call('pool', faultInPool, () => pool.call(type, model)), undefined) }),
    ...(readModel && {
      readModel: (entry) => unless(() => call('readModel', faultInModel, () => readModel.call(type, entry)), {}),
    }),
    ...(adapt && {
      adapt: (request, options) => call('adapt', faultInRequest, () => adapt.call(type, request, options)),
    }),
    ...(translate && { translate: guardedTranslation(name, translate, blame, enter) }),
  };
};

const guardedTranslation = (name: string, translate: Translation, blame: Blame, enter: Entry): Translation => {
  const call = checking(blame, enter, () => `provider type "${name}" could not translate the answer`);
  return {
    ...translate,
    answer: (answer, asked) => call('translate.answer', faultInAnswer, () => translate.answer(answer, asked)),
    stream: (asked) => {
      const turn = call('translate.stream', faultInStream, () => translate.stream(asked));
      return (event: StreamEvent) => call('translate.stream', faultInChunks, () => turn(event));
    },
    ...(translate.models && {
      models: (answer: unknown) =>
        call('translate.models', faultInModels, () => (translate.models as (answer: unknown) => Fields[])(answer)),
    }),
  };
};

/** Calls a function of a type and checks what it returns. Throws errors whose messages begin with `failing`. */
const checking =
  (blame: Blame, enter: Entry, failing: (what: string) => string) =>
  <T>(what: string, faultIn: (value: unknown) => string | undefined, ask: () => T): T => {
    try {
      const value = enter(ask);
      const fault = faultOf(value, faultIn);
      if (fault !== undefined) throw new Error(fault);
      return value;
    } catch (cause) {
      blame(what, cause);
      throw new Error(`${failing(what)}: ${wordsOf(cause)}`, { cause });
    }
  };

const faultOf = (value: unknown, faultIn: (value: unknown) => string | undefined): string | undefined => {
  if (isPromise(value)) {
    // Without a handler, a rejection would end the process.
    value.then(undefined, () => {});
    return PROMISED;
  }
  const fault = faultIn(value);
  return fault === undefined ? undefined : `it returned an invalid value: ${fault}`;
};

const unless = <T>(ask: () => T, otherwise: T): T => {
  try {
    return ask();
  } catch {
    return otherwise;
  }
};

const faultInPool = (value: unknown): string | undefined =>
  value === undefined || typeof value === 'string' ? undefined : 'a pool is a name such as `free`, or undefined';

const faultInModel = (value: unknown): string | undefined =>
  value === undefined || isFields(value) ? undefined : 'a model is an object, or undefined';

const faultInRequest = (value: unknown): string | undefined => {
  if (!isFields(value) || !isFields(value.headers) || !isFields(value.body)) {
    return 'a request is { path, headers, body }';
  }
  const { path } = value;
  return typeof path === 'string' && path.startsWith('/') ? undefined : '`path` begins with a slash, such as /messages';
};

const faultInAnswer = (value: unknown): string | undefined => {
  if (!isFields(value)) return 'an answer is an object such as { choices, usage }';
  const { choices } = value;
  const listed = choices === undefined || (Array.isArray(choices) && choices.every(isFields));
  return listed ? undefined : '`choices` is a list of objects';
};

const faultInStream = (value: unknown): string | undefined =>
  typeof value === 'function' ? undefined : '`stream` returns a function, which is called with each event';

const faultInChunks = (value: unknown): string | undefined => {
  if (value === undefined || value === null) return undefined;
  for (const chunk of Array.isArray(value) ? value : [value]) {
    const fault = faultInAnswer(chunk);
    if (fault !== undefined) return fault;
  }
  return undefined;
};

const faultInModels = (value: unknown): string | undefined =>
  Array.isArray(value) && value.every((entry) => isFields(entry) && typeof entry.id === 'string')
    ? undefined
    : 'models are a list of objects with an `id`';
