/**
 * Returns the JSON text of an object with `model` as its model. Every other character stays: a prompt cache compares bytes.
 * @param json an object, known to be valid
 */
export const withModel = (json: string, model: string): string => {
  const value = JSON.stringify(model);
  const parts: string[] = [];
  let copied = 0;
  let at = json.indexOf('{') + 1;
  for (;;) {
    at = startOfNext(json, at);
    if (json[at] !== '"') break;
    const endOfKey = endOfString(json, at);
    const from = startOfNext(json, endOfKey);
    const to = endOfValue(json, from);
    // JSON.parse takes the last of several; which one a provider takes is not known.
    if (JSON.parse(json.slice(at, endOfKey)) === 'model') {
      parts.push(json.slice(copied, from), value);
      copied = to;
      if (!mayHaveKey(json, 'model', to)) break;
    }
    at = to;
  }
  return parts.length > 0 ? parts.join('') + json.slice(copied) : withField(json, `"model":${value}`);
};

/** Whether a key of this name may follow. It may be written with codes in place of letters. */
const mayHaveKey = (json: string, name: string, from: number): boolean =>
  json.includes(`"${name}"`, from) || json.includes('\\u00', from);

/** Returns the JSON text of an object with one field more, such as `"seed":1`, which it must not have yet. */
export const withField = (json: string, field: string): string => {
  const start = json.indexOf('{') + 1;
  const isEmpty = json[startOfNext(json, start)] === '}';
  return `${json.slice(0, start)}${field}${isEmpty ? '' : ','}${json.slice(start)}`;
};

/** Skips white space, a colon, a comma. */
const startOfNext = (json: string, from: number): number => indexOf(/[^\s:,]/g, json, from);

/** Returns where the string ends that starts at `from`. */
const endOfString = (json: string, from: number): number => {
  let at = from;
  do at = json.indexOf('"', at + 1);
  while (isEscaped(json, at));
  return at + 1;
};

const isEscaped = (json: string, at: number): boolean => {
  let before = at;
  while (json[before - 1] === '\\') before--;
  return (at - before) % 2 === 1;
};

/** Returns where the value ends that starts at `from`. Not recursive: it may be nested deeper than the stack allows. */
const endOfValue = (json: string, from: number): number => {
  if (json[from] === '"') return endOfString(json, from);
  if (json[from] !== '{' && json[from] !== '[') return indexOf(/[\s,}]/g, json, from);
  let depth = 0;
  let at = from;
  do {
    at = indexOf(/["[\]{}]/g, json, at);
    if (json[at] === '"') {
      at = endOfString(json, at);
      continue;
    }
    depth += json[at] === '{' || json[at] === '[' ? 1 : -1;
    at++;
  } while (depth > 0);
  return at;
};

const indexOf = (pattern: RegExp, text: string, from: number): number => {
  pattern.lastIndex = from;
  return pattern.exec(text)?.index ?? text.length;
};
