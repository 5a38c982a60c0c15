import { ChainError } from '../../plugin/door/errors.js';
import type { Problem } from '../settings.js';
import { formatProblems } from './problems.js';

/** What keeps a configuration from being used. Its message has a line for each problem. */
export class InvalidConfiguration extends ChainError {
  readonly problems: readonly Problem[];

  /** `status` 422 is for one that somebody wants to save. */
  constructor(problems: readonly Problem[], status?: 422) {
    super('invalid_configuration', formatProblems(problems), {
      details: { problems },
      ...(status === undefined ? {} : { status }),
    });
    this.name = 'InvalidConfiguration';
    this.problems = problems;
  }
}
