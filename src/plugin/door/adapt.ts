/**
 * A field that a provider refuses, and what 429chain does with it. `field` is a key of the request body, or of each message
 * (`messages[].name`). Applies only to requests that have the field.
 */
export type Adaptation = { readonly field: string; readonly when?: Condition; readonly why: string } & (
  | { readonly drop: true }
  /** If the new name is already set, the old one is dropped. */
  | { readonly rename: string }
  /** Replaces these values and keeps all others. */
  | { readonly map: Readonly<Record<string, unknown>> }
);

/** When an adaptation applies. Every condition that is given must hold. */
export interface Condition {
  /** The model's name matches this pattern. */
  readonly model?: RegExp;
  /** The model's name does not match this pattern. */
  readonly notModel?: RegExp;
  /** The body has this field too. */
  readonly with?: string;
  /** The field has none of these values. */
  readonly not?: readonly unknown[];
}

type Body = Readonly<Record<string, unknown>>;

/** An adaptation that is chosen for one model, with everything worked out that is the same for each request. */
export interface CompiledAdaptation {
  readonly adaptation: Adaptation;
  /** The key to look for. */
  readonly field: string;
  /** Look for it in each message rather than in the body. */
  readonly inMessages: boolean;
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
  field: adaptation.field.replace(IN_MESSAGES, ''),
  inMessages: IN_MESSAGES.test(adaptation.field),
  change: `${describe(adaptation)}: ${adaptation.why}`,
});

const IN_MESSAGES = /^messages\[\]\./;

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
  for (const each of compiled) {
    const next = each.inMessages ? adaptMessages(adapted, each) : adaptObject(adapted, each, adapted);
    if (next === adapted) continue;
    adapted = next;
    changes.push(each.change);
  }
  return { body: adapted, changes };
};

const describe = (adaptation: Adaptation): string => {
  if ('drop' in adaptation) return `dropped ${adaptation.field}`;
  return 'rename' in adaptation ? `renamed ${adaptation.field} to ${adaptation.rename}` : `mapped ${adaptation.field}`;
};

const adaptMessages = (body: Body, compiled: CompiledAdaptation): Body => {
  if (!Array.isArray(body.messages)) return body;
  let changed = false;
  const messages = body.messages.map((message: unknown) => {
    if (typeof message !== 'object' || message === null) return message;
    const next = adaptObject(message as Body, compiled, body);
    if (next !== message) changed = true;
    return next;
  });
  return changed ? { ...body, messages } : body;
};

const adaptObject = (object: Body, { adaptation, field }: CompiledAdaptation, body: Body): Body => {
  if (!(field in object) || !holds(adaptation.when, object[field], body)) return object;
  if ('map' in adaptation) {
    const value = String(object[field]);
    return Object.hasOwn(adaptation.map, value) ? { ...object, [field]: adaptation.map[value] } : object;
  }
  const { [field]: value, ...rest } = object;
  return 'drop' in adaptation || adaptation.rename in rest ? rest : { ...rest, [adaptation.rename]: value };
};

/** Whether the conditions on the request hold. Those on the model are checked by `compileAdaptations`. */
const holds = (when: Condition | undefined, value: unknown, body: Body): boolean =>
  when === undefined ||
  ((when.with === undefined || when.with in body) && (when.not === undefined || !when.not.includes(value)));
