import type { Declaration } from '../contract/quota.js';
import type { PreparedProvider } from '../engine/target.js';

/** Returns the declarations with those of a provider that has several keys once for each key, which counts by itself. */
export const forEachKey = (
  declarations: readonly Declaration[],
  providers: readonly PreparedProvider[],
): readonly Declaration[] =>
  declarations.flatMap((declaration) => {
    const [named = ''] = /^[^/#]*/.exec(declaration.scope) ?? [];
    const keys = providers.filter(({ provider, key }) => provider === named && key !== undefined);
    if (keys.length === 0) return [declaration];
    return keys.map(({ keyedId }) => ({ ...declaration, scope: keyedId + declaration.scope.slice(named.length) }));
  });
