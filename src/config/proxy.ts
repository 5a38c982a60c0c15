import { isIP } from 'node:net';
import type { Environment } from './env.js';
import { membershipOf } from './networks.js';

/** The proxies that the environment names. */
export interface ProxyVariables {
  /** `HTTP_PROXY` */
  readonly http?: string;
  /** `HTTPS_PROXY` */
  readonly https?: string;
  /** `NO_PROXY`: the hosts that are reached directly. */
  readonly none?: string;
}

/** The proxy for a provider, or why there is no way to it. */
export interface ProxyChoice {
  /** Absent: the provider is reached directly. */
  readonly url?: string;
  readonly fault?: string;
}

const EXPECTED = "an HTTP proxy, such as 'http://proxy.example.com:8080'";

/** What is wrong with a proxy's URL; `undefined` if it can be used. */
export const faultOfProxy = (url: string): string | undefined => {
  if (/^socks/i.test(url)) return `429chain does not support SOCKS proxies. Expected ${EXPECTED}.`;
  if (!URL.canParse(url) || !/^https?:$/.test(new URL(url).protocol)) return `Expected ${EXPECTED}.`;
  const { pathname, search, hash } = new URL(url);
  return pathname === '/' && search === '' && hash === '' ? undefined : 'Expected a proxy without a path.';
};

/** Reads the variables, in lower case first, as curl does. */
export const proxyVariablesIn = (env: Environment): ProxyVariables => {
  const either = (name: string): string | undefined => env[name] ?? env[name.toUpperCase()];
  const [http, https, none] = [either('http_proxy'), either('https_proxy'), either('no_proxy')];
  return {
    ...(http === undefined ? {} : { http }),
    ...(https === undefined ? {} : { https }),
    ...(none === undefined ? {} : { none }),
  };
};

/**
 * Returns the proxy for requests to `baseUrl`.
 * @param own the provider's own setting; `false` for a direct connection
 */
export const proxyFor = (baseUrl: string, own: string | false | undefined, variables: ProxyVariables): ProxyChoice => {
  if (own === false || !URL.canParse(baseUrl)) return {};
  if (own !== undefined) return { url: own };
  const url = new URL(baseUrl);
  const isTls = url.protocol === 'https:';
  const named = (isTls ? variables.https : variables.http)?.trim();
  if (named === undefined || named === '' || isExempt(url, variables.none ?? '')) return {};
  // curl accepts a host and port alone.
  const proxy = named.includes('://') ? named : `http://${named}`;
  const fault = faultOfProxy(proxy);
  if (fault === undefined) return { url: proxy };
  return { fault: `${isTls ? 'HTTPS_PROXY' : 'HTTP_PROXY'} cannot be used. ${fault}` };
};

/** Whether `NO_PROXY` lists the host: by name, by a domain above it, by address or by network, and perhaps by port. */
const isExempt = ({ hostname, port, protocol }: URL, none: string): boolean => {
  const host = bare(hostname);
  const actualPort = port === '' ? (protocol === 'https:' ? '443' : '80') : port;
  return none
    .toLowerCase()
    .split(/[,\s]+/)
    .filter((entry) => entry !== '')
    .some((entry) => {
      if (entry === '*') return true;
      if (entry.includes('/')) return membershipOf([entry.replace(/[[\]]/g, '')])(host);
      const [, name = '', entryPort] = /^(\[[^\]]*\]|[^:]*|.*:.*:.*?)(?::(\d+))?$/.exec(entry) ?? [];
      if (entryPort !== undefined && isIP(entry) === 0 && entryPort !== actualPort) return false;
      const domain = bare(isIP(entry) > 0 ? entry : name).replace(/^\*?\./, '');
      return domain !== '' && (host === domain || (isIP(host) === 0 && host.endsWith(`.${domain}`)));
    });
};

const bare = (host: string): string =>
  host
    .toLowerCase()
    .replace(/^\[(.*)\]$/, '$1')
    .replace(/\.$/, '');
