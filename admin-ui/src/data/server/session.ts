import { ApiError, send } from './client.js';

const URL_OF_SESSION = '/admin/api/session';

export interface Session {
  readonly version: string;
}

/** The session of this browser; `undefined` without one. @throws ApiError */
export const currentSession = async (): Promise<Session | undefined> => {
  try {
    return (await (await send(URL_OF_SESSION)).json()) as Session;
  } catch (error) {
    if (error instanceof ApiError && error.status === 401) return undefined;
    throw error;
  }
};

/** @throws ApiError for a wrong key and for too many attempts */
export const signIn = async (adminKey: string): Promise<void> => {
  await send(URL_OF_SESSION, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ adminKey }),
  });
};

export const signOut = async (): Promise<void> => {
  await send(URL_OF_SESSION, { method: 'DELETE', headers: { 'content-type': 'application/json' }, body: '{}' });
};
