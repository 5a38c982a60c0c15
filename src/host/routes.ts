import { validateHeaderName, validateHeaderValue } from 'node:http';
import { ChainError } from '../plugin/door/errors.js';
import type { Route, RouteKey, RouteMethod, RouteReply, RouteRequest } from '../plugin/index.js';
import type { Guard } from './guard.js';
import { inTime } from './in-time.js';

/** What stands in front of them is 429chain's own, whatever comes behind. */
const OWN = new Set(['v1', 'admin', 'health']);
const METHODS: ReadonlySet<string> = new Set(['GET', 'POST', 'PUT', 'DELETE'] satisfies RouteMethod[]);
const KEYS: ReadonlySet<string> = new Set(['none', 'api', 'admin'] satisfies RouteKey[]);
const PATH = /^(\/[\w.~-]+)+$/;

/** How long a handler may take. */
const PATIENCE_MS = 10_000;

/** A route that was added, and how to have it answered. */
export interface AddedRoute {
  readonly key: RouteKey;
  /** @throws ChainError `internal_error` when its plugin fails; that is named in the log, and counted. */
  answer(request: RouteRequest): Promise<RouteReply>;
}

/** The addresses that the plugins of one runtime answer. */
export class Routes {
  readonly #byPath = new Map<string, Map<string, AddedRoute & { readonly plugin: string }>>();
  readonly #guard: Guard;
  readonly #patienceMs: number;

  constructor(guard: Guard, patienceMs = PATIENCE_MS) {
    this.#guard = guard;
    this.#patienceMs = patienceMs;
  }

  /** @throws ChainError `plugin_failed` for an address that is taken, ours, or none */
  add(route: Route, plugin: string): void {
    const { method, path, key } = route;
    const refuse = (fault: string): never => {
      throw new ChainError('plugin_failed', `The route ${method} ${path} of plugin "${plugin}" ${fault}`);
    };
    if (!METHODS.has(method)) refuse(`has no such method. Expected one of ${[...METHODS].join(', ')}.`);
    if (!KEYS.has(key)) refuse(`has the key "${key}". Expected one of ${[...KEYS].join(', ')}.`);
    if (!PATH.test(path)) refuse('has no path such as /my-plugin/today: letters, digits and . _ ~ - between slashes.');
    const [first = ''] = path.toLowerCase().split('/').slice(1);
    if (OWN.has(first)) refuse(`would stand in the way of 429chain's own below /${first}. Choose another path.`);
    const methods = this.#byPath.get(path) ?? new Map();
    const taken = methods.get(method);
    if (taken !== undefined) refuse(`is there already: plugin "${taken.plugin}" has added it.`);
    this.#byPath.set(path, methods);
    methods.set(method, { plugin, key, answer: (request: RouteRequest) => this.#answer(route, plugin, request) });
  }

  find(method: string, path: string): AddedRoute | undefined {
    return this.#byPath.get(path)?.get(method === 'HEAD' ? 'GET' : method);
  }

  /** What a plugin has added, such as `GET /metrics`. */
  addedBy(plugin: string): readonly string[] {
    return [...this.#byPath].flatMap(([path, methods]) =>
      [...methods].filter(([, added]) => added.plugin === plugin).map(([method]) => `${method} ${path}`),
    );
  }

  /** What can be asked of a path; empty where there is nothing. */
  methodsAt(path: string): readonly string[] {
    return [...(this.#byPath.get(path)?.keys() ?? [])];
  }

  async #answer(route: Route, plugin: string, request: RouteRequest): Promise<RouteReply> {
    const where = `${route.method} ${route.path}`;
    try {
      return checkedReply(await inTime(route.handle(request), this.#patienceMs, 'no answer'));
    } catch (cause) {
      this.#guard.blame(plugin, where, cause);
      throw new ChainError('internal_error', `Plugin "${plugin}" failed at ${where}. The log says why.`, { cause });
    }
  }
}

/** @throws for what is no reply, and says what was expected */
const checkedReply = (reply: unknown): RouteReply => {
  if (typeof reply === 'string') return { body: reply };
  const fault = faultIn(reply);
  if (fault !== undefined) throw new Error(`it returned what is no reply: ${fault}`);
  return reply as RouteReply;
};

const faultIn = (reply: unknown): string | undefined => {
  if (typeof reply !== 'object' || reply === null) return 'a reply is a string or { status?, headers?, body? }';
  const { status = 200, headers = {}, body } = reply as RouteReply;
  if (!Number.isInteger(status) || status < 200 || status > 599) return '`status` is a number from 200 to 599';
  if (body !== undefined && typeof body !== 'string') return '`body` is a string';
  for (const [name, value] of Object.entries(headers)) {
    validateHeaderName(name);
    validateHeaderValue(name, value);
  }
  return undefined;
};
