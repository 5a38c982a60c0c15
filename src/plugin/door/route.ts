/** A request to a plugin's route, without what it may have in its body. */
export interface RouteRequest {
  readonly method: RouteMethod;
  readonly path: string;
  readonly query: URLSearchParams;
  /** Names are lower case. Without `authorization` and `cookie`: keys are checked before a plugin is asked. */
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
}

/** What a route answers. */
export interface RouteReply {
  /** Default: 200. */
  readonly status?: number;
  /** `content-type` is plain text unless told. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** The methods that a route may have. */
export type RouteMethod = 'GET' | 'POST' | 'PUT' | 'DELETE';

/** Who may ask: everybody, who has one of `server.apiKeys`, who has `server.adminKey`. */
export type RouteKey = 'none' | 'api' | 'admin';

/** An address of the HTTP surface that a plugin answers. */
export interface Route {
  /** A `GET` answers HEAD too. */
  readonly method: RouteMethod;
  /** Taken as it is, such as `/metrics` or `/my-plugin/today`. */
  readonly path: string;
  readonly key: RouteKey;
  /** A string is the body of a 200. Whoever throws, or takes longer than ten seconds, is answered for with a 500. */
  handle(request: RouteRequest): RouteReply | string | Promise<RouteReply | string>;
}
