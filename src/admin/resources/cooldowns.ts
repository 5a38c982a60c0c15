import type { LiveStatus } from '../../contract/admin-api.js';
import { ChainError } from '../../plugin/door/errors.js';
import type { Running } from '../parts.js';

/** Ends every cooldown of a target, its pool and its account, with each key of its provider unless `id` names one. @throws ChainError `not_found` */
export const liftCooldown = (running: Running, id: unknown): LiveStatus => {
  const targets = typeof id === 'string' ? running.chains.targets(id) : [];
  if (targets.length === 0) {
    throw new ChainError('not_found', `${JSON.stringify(id)} is not a target of a configured provider.`, {
      param: 'target',
    });
  }
  for (const target of targets) running.lift(target);
  return running.status();
};
