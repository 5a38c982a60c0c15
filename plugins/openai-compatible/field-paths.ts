/** Keys of a request are words, apart from those of a JSON schema such as `$schema`. */
const KEY = /^\$?[a-z][a-z0-9_]{0,63}$/i;
const INDEX = /^\d{1,6}$/;
/** What validators put between the parts of a path: the role or the type that they tried. */
const BRANCH =
  /^(?:body|assistant|user|system|developer|str|dict|list|nullable|constrained-str|typed-dict|model|tagged-union|function-(?:after|before|wrap|plain))$|[[\](),\s-]|Message|Param$|^Chat[A-Z]/;
/** Names that other APIs, which translate a request for themselves, give to its parts. */
const TRANSLATED: Readonly<Record<string, string>> = {
  function_declarations: 'function',
  functionDeclarations: 'function',
};
/** Keys whose values are JSON schemas. */
const SCHEMAS: ReadonlySet<string> = new Set(['parameters', 'schema', 'input_schema']);
/** Objects that are useless without the part that is refused. */
const WHOLE: ReadonlySet<string> = new Set(['stream_options']);
const MOST_PARTS = 32;

/** `messages[2].name` and `messages.2.assistant.name` → `messages`, `2`, …, `name`. */
export const partsOf = (path: string | undefined): string[] =>
  (path ?? '').split(/[.[\]]/).filter((part) => part !== '');

/**
 * The field at a path of a refusal, as a repair needs it: `messages`, `1`, `assistant`, `name` → `messages[].name`. Inside a
 * JSON schema a refused keyword is meant at any depth. Empty for what is no field of a request.
 */
export const fieldAt = (path: readonly unknown[]): string[] => {
  const parts = path.slice(0, MOST_PARTS).map(String);
  const keys: string[] = [];
  for (const [index, part] of parts.entries()) {
    if (INDEX.test(part)) {
      if (keys.length > 0 && !String(keys.at(-1)).endsWith('[]')) keys.push(`${keys.pop()}[]`);
      continue;
    }
    const isLast = index === parts.length - 1;
    if (isBranch(part, isLast, index, parts)) continue;
    const key = TRANSLATED[part] ?? part;
    if (!KEY.test(key)) return [];
    keys.push(key);
  }
  const [top] = keys;
  if (top === undefined) return [];
  if (WHOLE.has(top)) return [top];
  return schemaField(keys) ?? [keys.join('.').replace(/^(tools\[\]\.function)\[\]/, '$1')];
};

/** A word such as `user` is a field where nothing follows it, and a branch between an index and a field. */
const isBranch = (part: string, isLast: boolean, index: number, parts: readonly string[]): boolean => {
  if (!BRANCH.test(part) || isLast) return false;
  return part === 'body' ? index === 0 : part !== 'function' && index > 0 && parts.length > 1;
};

/** `tools[].function.parameters.properties.city.format` → `tools[].function.parameters.**.format`. */
const schemaField = (keys: readonly string[]): string[] | undefined => {
  const plain = keys.map((key) => key.replace(/(?:\[\])+$/, ''));
  const at = plain.findIndex((key) => SCHEMAS.has(key));
  const field = plain.at(-1);
  if (at === -1 || at === keys.length - 1) return undefined;
  // A property that the caller named.
  if (plain.at(-2) === 'properties') return [];
  const before = keys
    .slice(0, at)
    .join('.')
    .replace(/^(tools\[\]\.function)\[\]/, '$1');
  return [`${before === '' ? '' : `${before}.`}${plain[at]}.**.${field}`];
};
