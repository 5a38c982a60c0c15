import type { LiveStatus } from '../../contract/admin-api.js';
import { ChainError } from '../../plugin/door/errors.js';
import type { Running } from '../parts.js';

/** Ends every cooldown of a target, its pool and its account. @throws ChainError `not_found` */
export const liftCooldown = (running: Running, id: unknown): LiveStatus => {
  const target = typeof id === 'string' ? running.chains.target(id) : undefined;
  if (target === undefined) {
    throw new ChainError('not_found', `${JSON.stringify(id)} is not a target of a configured provider.`, {
      param: 'target',
    });
  }
  running.lift(target);
  return running.status();
};
