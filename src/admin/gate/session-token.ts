import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';

/** What a session token says. */
export interface SessionToken {
  /** Stays the same when the token is renewed. */
  readonly id: string;
  /** Epoch ms. */
  readonly issuedAt: number;
  /** The page was loaded over https when the user signed in. */
  readonly secure: boolean;
}

const ID_BYTES = 9;
const TIME_BYTES = 6;
const CONTENT_BYTES = ID_BYTES + 1 + TIME_BYTES;
const SIGNATURE_BYTES = 16;
/** 32 bytes as base64url. */
const TOKEN = /^[\w-]{43}$/;

const signatureOf = (content: Buffer, adminKey: string): Buffer => {
  const key = createHmac('sha256', adminKey).update('429chain admin session').digest();
  return createHmac('sha256', key).update(content).digest().subarray(0, SIGNATURE_BYTES);
};

export const newSessionId = (): string => randomBytes(ID_BYTES).toString('base64url');

/** Signs a token. Every process with the same admin key accepts it. */
export const signToken = ({ id, issuedAt, secure }: SessionToken, adminKey: string): string => {
  const content = Buffer.alloc(CONTENT_BYTES);
  content.write(id, 'base64url');
  content.writeUInt8(secure ? 1 : 0, ID_BYTES);
  content.writeUIntBE(issuedAt, ID_BYTES + 1, TIME_BYTES);
  return Buffer.concat([content, signatureOf(content, adminKey)]).toString('base64url');
};

/** Reads a token; `undefined` if it was not signed with this admin key. */
export const readToken = (token: string, adminKey: string): SessionToken | undefined => {
  if (!TOKEN.test(token)) return undefined;
  const bytes = Buffer.from(token, 'base64url');
  const content = bytes.subarray(0, CONTENT_BYTES);
  if (!timingSafeEqual(bytes.subarray(CONTENT_BYTES), signatureOf(content, adminKey))) return undefined;
  return {
    id: content.subarray(0, ID_BYTES).toString('base64url'),
    issuedAt: content.readUIntBE(ID_BYTES + 1, TIME_BYTES),
    secure: content.readUInt8(ID_BYTES) === 1,
  };
};
