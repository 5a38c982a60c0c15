import { type CompiledPath, changeAt, mayHave, parsePath } from './path.js';

/**
 * A field that a provider refuses, and what 429chain does with it. `field` is a path in the request body: a key (`seed`), a
 * key of each item of a list (`messages[].name`, `messages[].content[].cache_control`), or a key at any depth of an object
 * (`tools[].function.parameters.**.additionalProperties`). Apart from `default`, applies only to requests that have the
 * field.
 */
export type Adaptation = { readonly field: string; readonly when?: Condition; readonly why: string } & (
  | { readonly drop: true }
  /** If the new name is already set, the old one is dropped. */
  | { readonly rename: string }
  /** Replaces these values and keeps all others. */
  | { readonly map: Readonly<Record<string, unknown>> }
  /** Replaces the value `from`, or every value if `from` is absent. */
  | { readonly replace: unknown; readonly from?: unknown }
  /** Lowers a number that is larger. */
  | { readonly cap: number }
  /** Joins a list of text parts into one string. A list with other parts, such as pictures, stays. */
  | { readonly flatten: true }
  /** Sets a field of the request itself where it is absent. */
  | { readonly default: unknown }
);

/** When an adaptation applies. Every condition that is given must hold. */
export interface Condition {
  /** The model's name matches this pattern. */
  readonly model?: RegExp;
  /** The model's name does not match this pattern. */
  readonly notModel?: RegExp;
  /** The body has this field too. */
  readonly with?: string;
  /** The body does not have this field. */
  readonly without?: string;
  /** The field has none of these values. */
  readonly not?: readonly unknown[];
  /** The field is an empty list. */
  readonly empty?: true;
}

type Body = Readonly<Record<string, unknown>>;

/** An adaptation that is chosen for one model, with everything worked out that is the same for each request. */
export interface CompiledAdaptation {
  readonly adaptation: Adaptation;
  readonly path: CompiledPath;
  /** What it does and why, for the log. */
  readonly change: string;
}

/** Chooses the adaptations whose `model` and `notModel` conditions hold for `model`. */
export const compileAdaptations = (adaptations: readonly Adaptation[], model: string): CompiledAdaptation[] =>
  adaptations
    .filter(({ when }) => when?.model?.test(model) !== false && when?.notModel?.test(model) !== true)
    .map(compileAdaptation);

/** Compiles one adaptation. Its `model` and `notModel` conditions are not checked. */
export const compileAdaptation = (adaptation: Adaptation): CompiledAdaptation => ({
  adaptation,
  path: parsePath(adaptation.field),
  change: `${describe(adaptation)}: ${adaptation.why}`,
});

/**
 * Applies `adaptations` to a copy of `body`. Returns `body` itself when none applied. `changes` lists what was done, in
 * plain words.
 */
export const adaptBody = (
  body: Body,
  adaptations: readonly Adaptation[],
  model: string,
): { body: Body; changes: string[] } => applyAdaptations(body, compileAdaptations(adaptations, model));

/** Does the same with adaptations that are already chosen for the model. */
export const applyAdaptations = (
  body: Body,
  compiled: readonly CompiledAdaptation[],
): { body: Body; changes: string[] } => {
  const changes: string[] = [];
  let adapted = body;
  for (const { adaptation, path, change } of compiled) {
    const whole = adapted;
    if ('default' in adaptation) {
      if (Object.hasOwn(whole, path.field) || !holds(adaptation.when, undefined, whole)) continue;
      adapted = { ...whole, [path.field]: adaptation.default };
      changes.push(change);
      continue;
    }
    if (!mayHave(whole, path)) continue;
    const next = changeAt(whole, path, (object, field) => adaptObject(object, field, adaptation, whole));
    if (next === adapted) continue;
    adapted = next;
    changes.push(change);
  }
  return { body: adapted, changes };
};

const describe = (adaptation: Adaptation): string => {
  const { field } = adaptation;
  if ('drop' in adaptation) return `dropped ${field}`;
  if ('rename' in adaptation) return `renamed ${field} to ${adaptation.rename}`;
  if ('map' in adaptation) return `mapped ${field}`;
  if ('cap' in adaptation) return `lowered ${field} to ${adaptation.cap}`;
  if ('flatten' in adaptation) return `joined the parts of ${field}`;
  if ('default' in adaptation) return `set ${field} to ${JSON.stringify(adaptation.default)}`;
  const from = 'from' in adaptation ? ` ${JSON.stringify(adaptation.from)}` : '';
  return `replaced ${field}${from} with ${JSON.stringify(adaptation.replace)}`;
};

/** An adaptation of a field that is there. */
type Change = Exclude<Adaptation, { readonly default: unknown }>;

const adaptObject = (object: Body, field: string, adaptation: Change, body: Body): Body => {
  const value = object[field];
  if (!holds(adaptation.when, value, body)) return object;
  if ('drop' in adaptation) return without(object, field);
  if ('rename' in adaptation) {
    const rest = without(object, field);
    return Object.hasOwn(rest, adaptation.rename) ? rest : { ...rest, [adaptation.rename]: value };
  }
  const next = changed(value, adaptation);
  return next === value ? object : { ...object, [field]: next };
};

const without = (object: Body, field: string): Body => {
  const { [field]: dropped, ...rest } = object;
  return rest;
};

const changed = (value: unknown, adaptation: Exclude<Change, { drop: true } | { rename: string }>): unknown => {
  if ('map' in adaptation) {
    const name = String(value);
    return Object.hasOwn(adaptation.map, name) ? adaptation.map[name] : value;
  }
  if ('cap' in adaptation) return typeof value === 'number' && value > adaptation.cap ? adaptation.cap : value;
  if ('flatten' in adaptation) return flattened(value);
  return !('from' in adaptation) || adaptation.from === value ? adaptation.replace : value;
};

const flattened = (value: unknown): unknown => {
  if (!Array.isArray(value)) return value;
  const texts = value.map((part: unknown) =>
    typeof part === 'object' && part !== null ? (part as { text?: unknown }).text : part,
  );
  return texts.every((text) => typeof text === 'string') ? texts.join('\n') : value;
};

/** Whether the conditions on the request hold. Those on the model are checked by `compileAdaptations`. */
const holds = (when: Condition | undefined, value: unknown, body: Body): boolean =>
  when === undefined ||
  ((when.with === undefined || Object.hasOwn(body, when.with)) &&
    (when.without === undefined || !Object.hasOwn(body, when.without)) &&
    (when.not === undefined || !when.not.includes(value)) &&
    (when.empty === undefined || (Array.isArray(value) && value.length === 0)));
