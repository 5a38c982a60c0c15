import type { Log } from '../log.js';
import type { Hooks } from '../plugin/door/hooks.js';
import { impossibleNumbersIn } from '../plugin/readers/headers/impossible-numbers.js';

/** A provider that invents header names must not fill the log. */
const MOST_WARNINGS = 1_000;

/** Warns of rate-limit headers whose numbers cannot be true: once for each target and header. */
export const warnOfImpossibleNumbers = (hooks: Hooks, log: Log): void => {
  const warned = new Set<string>();
  // Before all plugins: the first one that reads the headers ends the hook.
  hooks.onRateLimitHeaders.tap({ name: '429chain', stage: Number.NEGATIVE_INFINITY }, (head, { target }) => {
    for (const { name, value, why } of impossibleNumbersIn(head)) {
      const key = `${target.id} ${name}`;
      if (warned.has(key) || warned.size === MOST_WARNINGS) continue;
      warned.add(key);
      log.warn(`${target.id}: the provider's header ${name} is "${value}", ${why}.`, { target: target.id });
    }
    return undefined;
  });
};
