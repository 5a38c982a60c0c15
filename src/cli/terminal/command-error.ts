/** A command failed for a reason the user can act on. `main` prints the message without a stack trace. */
export class CommandError extends Error {
  readonly exitStatus: number;

  constructor(message: string, exitStatus = 1) {
    super(message);
    this.name = 'CommandError';
    this.exitStatus = exitStatus;
  }
}
