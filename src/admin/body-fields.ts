import type { AdminApi } from '../contract/admin-api.js';
import { ChainError } from '../plugin/door/errors.js';
import { isDeeperThan, isFields } from '../plugin/fields.js';

/** What a field of a body is. */
type Kind = 'text' | 'number' | 'boolean' | 'list' | 'object';

type RouteWithBody = { [R in keyof AdminApi]: AdminApi[R] extends { body: unknown } ? R : never }[keyof AdminApi];

/** The kinds of each field, besides those that any route ignores. What a value means is the handler's concern. */
type FieldsOf<R extends RouteWithBody> = Readonly<
  Partial<Record<keyof AdminApi[R]['body'], readonly (Kind | null | false)[]>>
>;

const TEXT = ['text'] as const;
const LIST = ['list'] as const;
const OBJECT = ['object'] as const;
const NUMBER = ['number'] as const;
const BOOLEAN = ['boolean'] as const;

const FIELDS: { readonly [R in RouteWithBody]: FieldsOf<R> } = {
  'POST /session': { adminKey: TEXT },
  'POST /inspection': {},
  'POST /explain': { model: TEXT, messages: LIST, max_tokens: NUMBER, stream: BOOLEAN, endpoint: TEXT, targets: LIST },
  'POST /cooldowns/lift': { target: TEXT },
  'POST /limits/pin': { scope: TEXT, dimension: TEXT, window: TEXT, limit: NUMBER },
  'PUT /providers/:id': {
    type: TEXT,
    apiKey: ['text', null],
    baseUrl: TEXT,
    proxy: ['text', false],
    enabled: BOOLEAN,
    account: TEXT,
    limits: LIST,
    timeouts: OBJECT,
    headers: OBJECT,
    options: OBJECT,
  },
  'POST /providers/try': { id: TEXT, type: TEXT, baseUrl: TEXT, apiKey: TEXT, options: OBJECT },
  'PUT /chains/:name': {
    name: TEXT,
    targets: LIST,
    maxWait: TEXT,
    patience: TEXT,
    retries: NUMBER,
    resume: BOOLEAN,
    onModeration: TEXT,
    free: TEXT,
    privacy: TEXT,
    resumeInstruction: TEXT,
    sameVectors: BOOLEAN,
    timeouts: OBJECT,
  },
  'PUT /default-chain': { name: TEXT },
  'POST /keys': { label: TEXT },
  'PUT /keys/:label': { label: TEXT },
  'POST /keys/:label/reveal': {},
  'PUT /plugins/:name': { enabled: BOOLEAN, options: OBJECT },
  'PUT /configuration': { text: TEXT },
  'POST /configuration/check': { text: TEXT },
};

/** Settings and prompts are nested far less. */
const DEEPEST = 100;

/**
 * Checks that a body is an object whose fields have the right JSON types.
 * @throws ChainError `invalid_request`, which names the field
 */
export const checkBody = (route: keyof AdminApi, body: unknown): void => {
  if (!isFields(body))
    throw new ChainError('invalid_request', `The request body is ${nameOf(body)}. Expected a JSON object.`);
  const fields: FieldsOf<RouteWithBody> = FIELDS[route as RouteWithBody] ?? {};
  for (const [field, kinds] of Object.entries(fields) as [string, readonly (Kind | null | false)[]][]) {
    const value = body[field];
    if (value === undefined || kinds.some((kind) => isOf(kind, value))) continue;
    const expected = kinds.map((kind) => NAMES[String(kind)]).join(' or ');
    throw invalid(field, `"${field}" is ${nameOf(value)}. Expected ${expected}.`);
  }
  for (const [field, value] of Object.entries(body)) {
    if (isDeeperThan(DEEPEST, value))
      throw invalid(field.slice(0, 100), `"${field.slice(0, 100)}" is nested more than ${DEEPEST} deep.`);
  }
};

const invalid = (param: string, message: string): ChainError => new ChainError('invalid_request', message, { param });

const NAMES: Readonly<Record<string, string>> = {
  text: 'a text',
  number: 'a number',
  boolean: 'true or false',
  list: 'a list',
  object: 'an object',
  null: 'null',
  false: 'false',
};

const kindOf = (value: unknown): Kind | undefined => {
  if (Array.isArray(value)) return 'list';
  if (isFields(value)) return 'object';
  const type = typeof value;
  return type === 'string' ? 'text' : type === 'number' || type === 'boolean' ? type : undefined;
};

const isOf = (kind: Kind | null | false, value: unknown): boolean =>
  kind === null || kind === false ? value === kind : kindOf(value) === kind;

const nameOf = (value: unknown): string => {
  if (typeof value === 'boolean') return String(value);
  return NAMES[kindOf(value) ?? 'null'] as string;
};
