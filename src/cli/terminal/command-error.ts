/** A command cannot do what it was asked: its message goes to the terminal, as it is. */
export class CommandError extends Error {
  readonly exitStatus: number;

  constructor(message: string, exitStatus = 1) {
    super(message);
    this.name = 'CommandError';
    this.exitStatus = exitStatus;
  }
}
