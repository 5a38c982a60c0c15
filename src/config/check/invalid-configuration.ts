import { ChainError } from '../../plugin/door/errors.js';
import type { Problem } from '../settings.js';
import { formatProblems } from './problems.js';

/** The configuration is invalid. The message has one line per problem. */
export class InvalidConfiguration extends ChainError {
  readonly problems: readonly Problem[];

  /** @param status 422 for a configuration that was sent to be saved */
  constructor(problems: readonly Problem[], status?: 422) {
    super('invalid_configuration', formatProblems(problems), {
      details: { problems },
      ...(status === undefined ? {} : { status }),
    });
    this.name = 'InvalidConfiguration';
    this.problems = problems;
  }
}
