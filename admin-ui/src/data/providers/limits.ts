import type { QuotaView, TargetView } from '../../../../src/contract/admin-api.js';
import type { Saved } from '../../../../src/contract/admin-configuration.js';
import { call } from '../server/client.js';
import { type Held, save } from '../server/saving.js';

interface KnownLimit {
  readonly limit: number | undefined;
  readonly source: QuotaView['source'];
}

/** Writes a limit into the configuration as it is shown. @throws ConflictError if it changed in the meantime · ApiError */
export const pinLimit = (
  { scope, dimension, window, limit, source }: QuotaView & { readonly limit: number },
  revision: string,
): Promise<Saved> => {
  const body = { scope, dimension, limit, ...(window === undefined ? {} : { window }) };
  const reread = async (): Promise<Held<KnownLimit>> => {
    const [chains, { targets }] = await Promise.all([call('GET /chains'), call('GET /status')]);
    const known = quotasIn(targets).find(
      (each) => each.scope === scope && each.dimension === dimension && each.window === window,
    );
    return { revision: chains.revision, value: known && { limit: known.limit, source: known.source } };
  };
  return save('POST /limits/pin', { body }, { revision, value: { limit, source } }, reread);
};

const quotasIn = (targets: readonly TargetView[]): readonly QuotaView[] => targets.flatMap(({ quotas }) => quotas);
