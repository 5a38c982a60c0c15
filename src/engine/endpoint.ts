/** A base URL in the parts that a request needs. */
export interface Endpoint {
  /** Such as `https://api.groq.com`. An invalid base URL is kept here as a whole, and sending fails. */
  readonly origin: string;
  /** Such as `/openai/v1`, without a trailing slash. */
  readonly pathPrefix: string;
  /** The query of every request, such as `?api-version=2024-10-21`; often empty. */
  readonly query: string;
  /** Full paths by what they were made from. Nearly all requests go to a few. */
  readonly paths: Map<string, string>;
}

const MOST_PATHS = 100;

/** Splits a base URL. User name and password in it are not part of the endpoint. */
export const endpointOf = (baseUrl: string): Endpoint => {
  if (!URL.canParse(baseUrl)) return { origin: baseUrl, pathPrefix: '', query: '', paths: new Map() };
  const { origin, pathname, search } = new URL(baseUrl);
  return { origin, pathPrefix: pathname.replace(/\/+$/, ''), query: search, paths: new Map() };
};

/** Paths that URL parsing leaves as they are. */
const PLAIN_PATH = /^(?:\/[\w:@~-][\w:@~.-]*)+$/;

/** Returns the path and query of a request to `path`, which may have a query itself, or characters that must be encoded. */
export const pathAt = (endpoint: Endpoint, path: string): string => {
  const { paths } = endpoint;
  const known = paths.get(path);
  if (known !== undefined) return known;
  const made = fullPath(endpoint, path);
  if (paths.size < MOST_PATHS) paths.set(path, made);
  return made;
};

const fullPath = ({ origin, pathPrefix, query }: Endpoint, path: string): string => {
  if (PLAIN_PATH.test(path) || !URL.canParse(origin)) return pathPrefix + path + query;
  const { pathname, search } = new URL(origin + pathPrefix + path);
  return pathname + (search === '' ? query : search + query.replace('?', '&'));
};
