import type { ErrorRule } from '429chain/plugin';

/** Responses of what stands in front of the API. Their words are not the provider's, so these rules come first. */
export const FRONTS: readonly ErrorRule[] = [
  {
    says: /^error code: 1009\b/,
    plainText: true,
    class: 'auth',
    about: 'account',
    why: 'Cloudflare: this country is not served',
  },
  {
    says: /^error code: 1015\b/,
    plainText: true,
    class: 'rate_limit',
    scope: 'provider',
    why: 'Cloudflare: by address',
  },
  {
    status: [401, 403],
    says: /^error code: 10\d\d\b/,
    plainText: true,
    class: 'bad_request',
    why: 'Cloudflare dislikes our client, such as its user agent; the key is good',
  },
  {
    status: [401, 403, 405, 406],
    says: /^</,
    plainText: true,
    class: 'bad_request',
    why: 'a page of a firewall in front of the API',
  },
  {
    status: [404, 410],
    says: /^</,
    plainText: true,
    class: 'server_error',
    about: 'connection',
    scope: 'provider',
    why: 'a page of what stands in front: the API itself was not reached',
  },
  { status: [429], says: /^</, plainText: true, scope: 'provider', why: 'a firewall counts by address' },
  {
    status: [502, 503, 504, 520, 521, 522, 523, 524, 525, 526, 530],
    says: /^</,
    plainText: true,
    scope: 'provider',
    why: 'a page of a gateway in front of the API: it concerns all models',
  },
  { says: /^</, plainText: true, why: 'a page: only its status counts' },
];

/** A 404 that names no model. These come after the words about models, because some providers send plain text themselves. */
export const ROUTES: readonly ErrorRule[] = [
  {
    status: [404],
    plainText: true,
    contentType: /^text\//,
    class: 'server_error',
    about: 'connection',
    scope: 'provider',
    why: 'a line of text that names no model comes from what stands in front; NVIDIA NIM sends it as JSON for one model',
  },
  {
    status: [404],
    says: /^$|^(?:404:? ?)?(?:(?:the requested )?(?:route|path|url|resource|endpoint|application)\b.{0,80} )?(?:was )?not found\.?$|^no (?:such )?route\b|^cannot (?:post|get)\b|^(?:invalid|unknown) (?:url|path|route|endpoint|request url)\b|^default backend\b/i,
    class: 'server_error',
    about: 'connection',
    scope: 'provider',
    why: 'the path is unknown there, which says nothing about the model: a router that starts, or a wrong base URL',
  },
];

/** Text of a gateway that says nothing in particular. */
export const GATEWAYS: readonly ErrorRule[] = [
  {
    status: [502, 503, 504, 520, 521, 522, 523, 524, 525, 526, 530],
    plainText: true,
    scope: 'provider',
    why: 'a gateway in front of the API answered, so it concerns all models',
  },
];
