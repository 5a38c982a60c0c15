import type { Hooks } from '../../plugin/door/hooks.js';
import type { ProviderType } from '../../plugin/index.js';
import { readFailure } from '../../plugin/readers/error-rules.js';
import { readRateLimitHeaders } from '../../plugin/readers/headers/rate-limit-headers.js';

/** After the taps of plugins, which may know better, and before the readers for all providers at stage 100. */
const TAP = { name: 'provider types', stage: 90 };

/** A provider type, and what to do about an error in one of its rules. */
export interface RuledType {
  readonly type: ProviderType;
  readonly blame: (where: string, error: unknown) => void;
}

/** Lets failures and headers be read by what their provider type says of them in `errors` and `limitHeaders`. */
export const tapTypeRules = (hooks: Hooks, find: (type: string) => RuledType | undefined): void => {
  const read = <T>(name: string, where: string, by: (type: ProviderType) => T | undefined): T | undefined => {
    const found = find(name);
    if (found === undefined) return undefined;
    try {
      return by(found.type);
    } catch (error) {
      found.blame(where, error);
      return undefined;
    }
  };
  hooks.onRateLimitHeaders.tap(TAP, (head, { target }) =>
    read(target.type, 'limitHeaders', ({ limitHeaders }) => {
      if (limitHeaders === undefined) return undefined;
      return readRateLimitHeaders(head, limitHeaders) ?? [];
    }),
  );
  hooks.onError.tap(TAP, (failure, { target }) =>
    read(target.type, 'errors', ({ errors, limitHeaders }) =>
      errors === undefined ? undefined : readFailure(failure, errors, limitHeaders),
    ),
  );
};
