import type { AdminKeyPlace, SessionView } from '../../../../src/contract/admin-api.js';
import { send, sessionBegan, sessionEnded } from './client.js';

const URL_OF_SESSION = '/admin/api/session';

export interface Session {
  readonly version: string;
}

/** The session of this browser, or where the admin key is to open one. */
export type SessionState =
  | { readonly session: Session; readonly keyPlace?: undefined }
  | { readonly session?: undefined; readonly keyPlace: AdminKeyPlace | undefined };

/** Asks for the session of this browser. If there is none, `onSignedOut` is called as well. @throws ApiError */
export const currentSession = async (): Promise<SessionState> => {
  const { signedIn, version = '', adminKey } = (await (await send(URL_OF_SESSION)).json()) as SessionView;
  if (signedIn) return { session: { version } };
  sessionEnded();
  return { keyPlace: adminKey };
};

/** @throws ApiError for a wrong key and for too many attempts */
export const signIn = async (adminKey: string): Promise<void> => {
  await send(URL_OF_SESSION, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ adminKey }),
  });
  sessionBegan();
};

/** Signs out, and forgets what this tab kept for the user. Fires `signed-out` at the window, for what is in memory. */
export const signOut = async (): Promise<void> => {
  await send(URL_OF_SESSION, { method: 'DELETE', headers: { 'content-type': 'application/json' }, body: '{}' });
  sessionStorage.clear();
  dispatchEvent(new Event('signed-out'));
};
