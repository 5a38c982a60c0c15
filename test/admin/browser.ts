import { request } from 'node:http';
import { API_KEY } from '../proxy.js';

export const ADMIN_KEY = 'test-key-of-the-admin';

/** A configuration for tests that call no provider. */
export const LONELY = {
  server: { apiKeys: [API_KEY], adminKey: ADMIN_KEY },
  providers: { one: { type: 'openai-compatible', baseUrl: 'http://127.0.0.1:1/v1' } },
  chains: { default: ['one/a-model'] },
};

export interface Asked {
  readonly method?: string;
  /** Sent as it is, without normalization. */
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

export interface Answered {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: Buffer;
  readonly text: string;
  /** `error.code` of the body, if any. */
  readonly code: string | undefined;
}

/** Sends one request over node:http: fetch would normalize or refuse what an attacker sends. */
export const ask = (address: string, { method = 'GET', path, headers = {}, body }: Asked): Promise<Answered> =>
  new Promise((resolve, reject) => {
    const { hostname, port } = new URL(address);
    const options = { hostname, port, method, path, headers: { connection: 'close', ...headers } };
    const req = request(options, async (res) => {
      const parts: Buffer[] = [];
      for await (const part of res) parts.push(part as Buffer);
      const whole = Buffer.concat(parts);
      const text = whole.toString();
      resolve({ status: res.statusCode ?? 0, headers: res.headers, body: whole, text, code: codeOf(text) });
    });
    req.on('error', reject);
    req.end(body);
  });

const codeOf = (text: string): string | undefined => /"code":"(\w+)"/.exec(text)?.[1];

export const JSON_TYPE = { 'content-type': 'application/json' };
export const BEARER = { authorization: `Bearer ${ADMIN_KEY}` };

/** Tries to sign in as the page does. */
export const trySignIn = (
  address: string,
  adminKey: unknown,
  headers: Record<string, string> = {},
): Promise<Answered> =>
  ask(address, {
    method: 'POST',
    path: '/admin/api/session',
    headers: { ...JSON_TYPE, ...headers },
    body: JSON.stringify({ adminKey }),
  });

/** Signs in. @returns the cookie header of the session */
export const signIn = async (address: string, adminKey = ADMIN_KEY): Promise<{ cookie: string }> => {
  const { status, headers } = await trySignIn(address, adminKey);
  if (status !== 200) throw new Error(`The sign-in failed with status ${status}.`);
  return { cookie: cookieIn(headers) };
};

/** `name=value` of the cookie that a response sets. */
export const cookieIn = (headers: Answered['headers']): string => headers['set-cookie']?.[0]?.split(';')[0] ?? '';
