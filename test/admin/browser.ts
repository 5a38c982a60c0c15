import { request } from 'node:http';
import { API_KEY } from '../proxy.js';

export const ADMIN_KEY = 'test-key-of-the-admin';

/** A configuration that has nothing to do with any provider, and its own key for the admin. */
export const LONELY = {
  server: { apiKeys: [API_KEY], adminKey: ADMIN_KEY },
  providers: { one: { type: 'openai-compatible', baseUrl: 'http://127.0.0.1:1/v1' } },
  chains: { default: ['one/a-model'] },
};

export interface Asked {
  readonly method?: string;
  /** As it stands in the request line: nothing is made straight. */
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

export interface Answered {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: Buffer;
  readonly text: string;
  /** `error.code` of the body, if there is one. */
  readonly code: string | undefined;
}

/** One request over node:http: fetch would put right, or refuse to send, what an attacker sends. */
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

/** Asks to sign in, as the page does. */
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

/** Signs in. @returns the header that tells the session */
export const signIn = async (address: string, adminKey = ADMIN_KEY): Promise<{ cookie: string }> => {
  const { status, headers } = await trySignIn(address, adminKey);
  if (status !== 200) throw new Error(`signing in was answered with ${status}`);
  return { cookie: cookieIn(headers) };
};

/** `name=value` of what an answer sets. */
export const cookieIn = (headers: Answered['headers']): string => headers['set-cookie']?.[0]?.split(';')[0] ?? '';
