/** A request to a plugin's route. 429chain does not read its body. */
export interface RouteRequest {
  readonly method: RouteMethod;
  readonly path: string;
  readonly query: URLSearchParams;
  /** Names are lower case. `authorization` and `cookie` are removed: 429chain checks keys before it calls the plugin. */
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
}

/** The answer of a route. */
export interface RouteReply {
  /** Default: 200. */
  readonly status?: number;
  /** Default of `content-type`: plain text. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** The methods that a route may have. */
export type RouteMethod = 'GET' | 'POST' | 'PUT' | 'DELETE';

/** The key that a route requires: none, one of `server.apiKeys`, or `server.adminKey`. */
export type RouteKey = 'none' | 'api' | 'admin';

/** An HTTP route that a plugin answers. */
export interface Route {
  /** A `GET` route answers HEAD too. */
  readonly method: RouteMethod;
  /** The whole path, such as `/metrics` or `/my-plugin/today`. It has no parameters. */
  readonly path: string;
  readonly key: RouteKey;
  /** Answers a request. A string is the body of a 200. If it throws or takes longer than 10 seconds, the caller gets a 500. */
  handle(request: RouteRequest): RouteReply | string | Promise<RouteReply | string>;
}
