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

/**
 * Applies `adaptations` to a copy of `body`; the body itself is never changed. Returns the same object when nothing
 * applied. `changes` says in plain words what was done.
 */
export const adaptBody = (
  body: Body,
  adaptations: readonly Adaptation[],
  model: string,
): { body: Body; changes: string[] } => {
  const changes: string[] = [];
  let adapted = body;
  for (const adaptation of adaptations) {
    const field = adaptation.field.replace(/^messages\[\]\./, '');
    const next =
      field === adaptation.field
        ? adaptObject(adapted, field, adaptation, adapted, model)
        : adaptMessages(adapted, field, adaptation, model);
    if (next === adapted) continue;
    adapted = next;
    changes.push(`${describe(adaptation)}: ${adaptation.why}`);
  }
  return { body: adapted, changes };
};

const describe = (adaptation: Adaptation): string => {
  if ('drop' in adaptation) return `dropped ${adaptation.field}`;
  return 'rename' in adaptation ? `renamed ${adaptation.field} to ${adaptation.rename}` : `mapped ${adaptation.field}`;
};

const adaptMessages = (body: Body, field: string, adaptation: Adaptation, model: string): Body => {
  if (!Array.isArray(body.messages)) return body;
  let changed = false;
  const messages = body.messages.map((message: unknown) => {
    if (typeof message !== 'object' || message === null) return message;
    const next = adaptObject(message as Body, field, adaptation, body, model);
    if (next !== message) changed = true;
    return next;
  });
  return changed ? { ...body, messages } : body;
};

const adaptObject = (object: Body, field: string, adaptation: Adaptation, body: Body, model: string): Body => {
  if (!(field in object) || !holds(adaptation.when, object[field], body, model)) return object;
  if ('map' in adaptation) {
    const value = String(object[field]);
    return Object.hasOwn(adaptation.map, value) ? { ...object, [field]: adaptation.map[value] } : object;
  }
  const { [field]: value, ...rest } = object;
  return 'drop' in adaptation || adaptation.rename in rest ? rest : { ...rest, [adaptation.rename]: value };
};

const holds = (when: Condition | undefined, value: unknown, body: Body, model: string): boolean =>
  when === undefined ||
  ((when.model === undefined || when.model.test(model)) &&
    (when.notModel === undefined || !when.notModel.test(model)) &&
    (when.with === undefined || when.with in body) &&
    (when.not === undefined || !when.not.includes(value)));
