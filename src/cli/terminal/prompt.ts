import { createInterface, type Interface } from 'node:readline';
import { Writable } from 'node:stream';
import { CommandError } from './command-error.js';

/** Whether the process runs on a terminal, so that it can ask questions. */
export const isAtTerminal = (): boolean => Boolean(process.stdin.isTTY && process.stdout.isTTY);

/** Asks questions on a terminal, one line per answer. Close it, or the process does not end. */
export class Prompt {
  readonly #output: NodeJS.WritableStream;
  readonly #lines: Interface;
  readonly #waiting: string[] = [];
  #hidden = false;
  #ended: CommandError | undefined;
  #onLine = (): void => {};

  constructor(input: NodeJS.ReadableStream, output: NodeJS.WritableStream) {
    this.#output = output;
    const echo = new Writable({
      write: (chunk: Buffer, _encoding, done) => {
        if (!this.#hidden) output.write(chunk);
        done();
      },
    });
    this.#lines = createInterface({ input, output: echo, terminal: true, historySize: 0 });
    this.#lines.on('line', (line) => {
      // Several pasted lines arrive at once, before the questions they answer.
      this.#waiting.push(line);
      this.#onLine();
    });
    this.#lines.once('SIGINT', () => this.#end(130));
    this.#lines.once('close', () => this.#end(1));
  }

  say(text: string): void {
    this.#output.write(`${text}\n`);
  }

  /** @returns the trimmed answer. Rejects with a CommandError at the end of the input and on Ctrl-C */
  async ask(question: string): Promise<string> {
    // Set as the prompt, because readline erases any other text on the line whenever it redraws it.
    this.#lines.setPrompt(question);
    this.#lines.prompt();
    return this.#answer();
  }

  /** Like `ask`, without showing the answer on the screen. */
  async askHidden(question: string): Promise<string> {
    this.#output.write(question);
    this.#hidden = true;
    this.#lines.setPrompt('');
    try {
      return await this.#answer();
    } finally {
      this.#hidden = false;
      this.#output.write('\n');
    }
  }

  /** Waits for `work`. Rejects with a CommandError if the input ends first, and on Ctrl-C. */
  async during<T>(work: Promise<T>): Promise<T> {
    const ended = new Promise<never>((_, reject) => {
      this.#onLine = () => {
        if (this.#ended !== undefined) reject(this.#ended);
      };
    });
    return Promise.race([work, ended]);
  }

  close(): void {
    this.#lines.close();
  }

  async #answer(): Promise<string> {
    while (this.#waiting.length === 0 && this.#ended === undefined) {
      await new Promise<void>((resolve) => {
        this.#onLine = resolve;
      });
    }
    const answer = this.#waiting.shift();
    if (answer === undefined) throw this.#ended;
    return answer.trim();
  }

  #end(exitStatus: number): void {
    this.#ended ??= new CommandError('\nNothing was written.', exitStatus);
    this.#lines.close();
    this.#onLine();
  }
}
