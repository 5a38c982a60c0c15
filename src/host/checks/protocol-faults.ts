import { isFields } from '../../plugin/fields.js';
import { faultInHead } from './reply-fault.js';

/** A path of a protocol, and of one of its routes. */
const PATH = /^(?:\/|(?:\/[\w.~:-]+)+)$/;
const ROUTE_PATH = /^(?:\/|(?:\/[\w.~:-]+)+(?:\/\*)?)$/;
const NAME = /^[a-z][a-z0-9._-]{0,63}$/i;
const METHODS: readonly unknown[] = ['GET', 'POST', 'DELETE'];
const KEYS: readonly unknown[] = ['api', 'none'];
const WRITER = ['take', 'end', 'fail', 'whole'];

/** What is wrong with a protocol, as a predicate such as `has no function \`read\``; `undefined` if it is valid. */
export const faultInProtocol = (protocol: unknown): string | undefined => {
  if (!isFields(protocol)) return 'is not an object';
  const { name, path, key = 'api', streamType = '', headers, routes = [] } = protocol;
  if (typeof name !== 'string' || !NAME.test(name)) return 'has no `name` such as my-protocol';
  if (typeof path !== 'string' || !PATH.test(path)) return 'has no `path` such as /api/chat';
  if (!KEYS.includes(key)) return `has the key "${String(key)}". Expected api or none`;
  if (typeof streamType !== 'string') return 'has a `streamType` that is not a string';
  if (headers !== undefined && typeof headers !== 'function') return 'has `headers` that are not a function';
  const missing = ['read', 'refusal'].find((each) => typeof protocol[each] !== 'function');
  if (missing !== undefined) return `has no function \`${missing}\``;
  if (!Array.isArray(routes)) return 'has `routes` that are not a list';
  return routes.map(faultInRoute).find((fault) => fault !== undefined) ?? faultInNative(protocol.native);
};

const faultInRoute = (route: unknown): string | undefined => {
  if (!isFields(route) || typeof route.answer !== 'function') return 'has a route without the function `answer`';
  if (!METHODS.includes(route.method))
    return `has a route with an unknown method. Expected one of ${METHODS.join(', ')}`;
  return typeof route.path === 'string' && ROUTE_PATH.test(route.path)
    ? undefined
    : 'has a route without a `path` such as /api/tags or /api/*';
};

const faultInNative = (native: unknown): string | undefined => {
  if (native === undefined) return undefined;
  const { path, lastEvents, answer, stream } = isFields(native) ? native : {};
  const isWhole = typeof path === 'string' && Array.isArray(lastEvents);
  return isWhole && typeof answer === 'function' && typeof stream === 'function'
    ? undefined
    : 'has `native` without `path`, `lastEvents`, `answer` or `stream`';
};

/** What is wrong with the result of `read`; `undefined` if it is valid. */
export const faultInRequest = (request: unknown): string | undefined => {
  if (!isFields(request)) return 'a request is { body, answer? }';
  const { body, answer, reply, nativeBody } = request;
  if (reply !== undefined) return faultInReply(reply);
  if (!isFields(body)) return '`body` is an object: the request as a chat completion';
  if (answer !== undefined && typeof answer !== 'function') return '`answer` is a function that returns a writer';
  if (nativeBody !== undefined && !isFields(nativeBody)) return '`nativeBody` is an object';
  const lists = ['omitted', 'warnings'] as const;
  const wrong = lists.find((name) => request[name] !== undefined && !isTexts(request[name]));
  return wrong === undefined ? undefined : `\`${wrong}\` is a list of strings`;
};

const isTexts = (value: unknown): boolean => Array.isArray(value) && value.every((each) => typeof each === 'string');

/** What is wrong with an answer of `refusal` or of a route; `undefined` if it is valid. */
export const faultInReply = (reply: unknown): string | undefined => {
  if (!isFields(reply)) return 'a reply is { status?, headers?, body? }';
  const { body } = reply;
  if (body !== undefined && typeof body !== 'string' && !isFields(body)) return '`body` is an object or a string';
  return faultInHead(reply) ?? (isFields(body) ? faultInJson(body) : undefined);
};

/** What is wrong with the result of `whole`; `undefined` if it is valid. */
export const faultInWhole = (whole: unknown): string | undefined =>
  isFields(whole) ? faultInJson(whole) : 'a whole answer is an object';

const faultInJson = (value: unknown): string | undefined => {
  try {
    JSON.stringify(value);
    return undefined;
  } catch {
    return 'it cannot be written as JSON';
  }
};

/** What is wrong with a writer; `undefined` if it is valid. */
export const faultInWriter = (writer: unknown): string | undefined =>
  isFields(writer) && WRITER.every((name) => typeof writer[name] === 'function')
    ? undefined
    : `a writer has the functions ${WRITER.join(', ')}`;

export const faultInText = (text: unknown): string | undefined =>
  typeof text === 'string' ? undefined : 'it adds a string to the stream, which may be empty';
