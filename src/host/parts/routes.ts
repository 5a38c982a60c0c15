import { ChainError } from '../../plugin/door/errors.js';
import type { Route, RouteKey, RouteMethod, RouteReply, RouteRequest } from '../../plugin/index.js';
import { faultInHead } from '../checks/reply-fault.js';
import type { Entry, Guard } from '../guard.js';
import { inTime } from '../in-time.js';
import { overlap } from '../paths.js';

/** The first segments of paths that belong to 429chain. */
const OWN = new Set(['v1', 'admin', 'health']);
const METHODS: ReadonlySet<string> = new Set(['GET', 'POST', 'PUT', 'DELETE'] satisfies RouteMethod[]);
const KEYS: ReadonlySet<string> = new Set(['none', 'api', 'admin'] satisfies RouteKey[]);
const PATH = /^(?:\/|(?:\/[\w.~-]+)+)$/;

/** How long a handler may take. */
const PATIENCE_MS = 10_000;

/** An added route and how to call it. */
export interface AddedRoute {
  readonly key: RouteKey;
  /** @throws ChainError `internal_error` if the plugin fails; the log names it */
  answer(request: RouteRequest): Promise<RouteReply>;
}

/** The routes of the plugins of one runtime. */
export class Routes {
  readonly #byPath = new Map<string, Map<string, AddedRoute & { readonly plugin: string }>>();
  readonly #guard: Guard;
  readonly #patienceMs: number;

  readonly #pathsOfProtocols: () => readonly string[];

  /** `pathsOfProtocols` are those that protocols of plugins answer. */
  constructor(guard: Guard, patienceMs = PATIENCE_MS, pathsOfProtocols: () => readonly string[] = () => []) {
    this.#guard = guard;
    this.#pathsOfProtocols = pathsOfProtocols;
    this.#patienceMs = patienceMs;
  }

  /** @throws ChainError `plugin_failed` for a path that is taken, invalid or 429chain's own */
  add(route: Route, plugin: string): void {
    const { method, path, key } = route;
    const refuse = (fault: string): never => {
      throw new ChainError('plugin_failed', `The route ${method} ${path} of plugin "${plugin}" ${fault}`);
    };
    if (!METHODS.has(method)) refuse(`has an unknown method. Expected one of ${[...METHODS].join(', ')}.`);
    if (!KEYS.has(key)) refuse(`has the key "${key}". Expected one of ${[...KEYS].join(', ')}.`);
    if (!PATH.test(path))
      refuse(
        'has an invalid path. Expected one such as /my-plugin/today: letters, digits and . _ ~ - between slashes.',
      );
    const [first = ''] = path.toLowerCase().split('/').slice(1);
    if (OWN.has(first)) refuse(`is below /${first}, which belongs to 429chain. Choose another path.`);
    if (this.#pathsOfProtocols().some((other) => overlap(other, path)))
      refuse('exists already: a protocol answers there.');
    const methods = this.#byPath.get(path) ?? new Map();
    const taken = methods.get(method);
    if (taken !== undefined) refuse(`exists already: plugin "${taken.plugin}" adds it.`);
    this.#byPath.set(path, methods);
    const enter = this.#guard.entry(plugin, `${method} ${path}`);
    methods.set(method, {
      plugin,
      key,
      answer: (request: RouteRequest) => this.#answer(route, plugin, enter, request),
    });
  }

  find(method: string, path: string): AddedRoute | undefined {
    return this.#byPath.get(path)?.get(method === 'HEAD' ? 'GET' : method);
  }

  get paths(): readonly string[] {
    return [...this.#byPath.keys()];
  }

  /** The routes of a plugin, such as `GET /metrics`. */
  addedBy(plugin: string): readonly string[] {
    return [...this.#byPath].flatMap(([path, methods]) =>
      [...methods].filter(([, added]) => added.plugin === plugin).map(([method]) => `${method} ${path}`),
    );
  }

  /** The methods of the routes at a path; empty if there is none. */
  methodsAt(path: string): readonly string[] {
    return [...(this.#byPath.get(path)?.keys() ?? [])];
  }

  async #answer(route: Route, plugin: string, enter: Entry, request: RouteRequest): Promise<RouteReply> {
    const where = `${route.method} ${route.path}`;
    try {
      return checkedReply(
        await inTime(
          enter(() => route.handle(request)),
          this.#patienceMs,
          'no answer',
        ),
      );
    } catch (cause) {
      this.#guard.blame(plugin, where, cause);
      throw new ChainError('internal_error', `Plugin "${plugin}" failed at ${where}. The log says why.`, { cause });
    }
  }
}

/** @throws Error for an invalid reply; it says what was expected */
const checkedReply = (reply: unknown): RouteReply => {
  if (typeof reply === 'string') return { body: reply };
  const fault = faultIn(reply);
  if (fault !== undefined) throw new Error(`it returned an invalid reply: ${fault}`);
  return reply as RouteReply;
};

const faultIn = (reply: unknown): string | undefined => {
  if (typeof reply !== 'object' || reply === null) return 'a reply is a string or { status?, headers?, body? }';
  const { body } = reply as RouteReply;
  if (body !== undefined && typeof body !== 'string') return '`body` is a string';
  return faultInHead(reply);
};
