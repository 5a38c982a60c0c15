import { serialised } from '../../engine/attempt/request/outgoing-request.js';
import type { NativeRequest } from '../../engine/request.js';
import type { Chain, PreparedTarget } from '../../engine/target.js';
import { WrittenBody } from '../../engine/written-body.js';
import type { Protocol, ProtocolCall, ProtocolRequest } from '../../plugin/door/protocol.js';

/**
 * Returns the chain for a request: only targets that speak its protocol if it cannot become a chat completion.
 * @throws ChainError `nativeOnly` of the request if there is no such target
 */
export const chainFor = ({ nativeOnly }: ProtocolRequest, protocol: Protocol, chain: Chain): Chain => {
  if (nativeOnly === undefined) return chain;
  const targets = chain.targets.filter((target) => speaks(target, protocol));
  if (targets.length === 0) throw nativeOnly;
  // The rest of an answer would be asked for as a chat completion.
  return { ...chain, targets, resume: false };
};

/**
 * Returns the request for targets that speak its protocol; `undefined` if there are none, so that its body is not kept.
 */
export const nativeFor = (
  { targets }: Chain,
  protocol: Protocol,
  call: ProtocolCall,
  { nativeBody, nativeOnly }: ProtocolRequest,
  written: WrittenBody,
): NativeRequest | undefined => {
  const { name, native: answers } = protocol;
  if (answers === undefined || !targets.some((target) => speaks(target, protocol))) return undefined;
  return {
    protocol: name,
    answers,
    written: nativeBody === undefined ? written : new WrittenBody(serialised(nativeBody)),
    isOnlyForm: nativeOnly !== undefined,
    headers: passedHeaders(answers.headers ?? [], call.headers),
  };
};

const speaks = ({ speaks: spoken }: PreparedTarget, { name, native }: Protocol): boolean =>
  native !== undefined && spoken.has(name);

const passedHeaders = (names: readonly string[], headers: ProtocolCall['headers']): Record<string, string> =>
  Object.fromEntries(
    names.flatMap((name) => {
      const value = headers[name];
      return typeof value === 'string' ? [[name, value]] : [];
    }),
  );
