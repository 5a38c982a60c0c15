import type { PluginWorkers } from '../plugin/door/workers.js';
import type { AskedOf, Channel, FromPrimary, FromWorker } from './messages.js';

/** How long an answer of the worker that writes is waited for. */
const ANSWER_MS = 10_000;

interface Waiting {
  readonly resolve: (answers: readonly unknown[]) => void;
  readonly reject: (error: Error) => void;
  readonly timer: NodeJS.Timeout;
}

type Answer = (value: unknown) => unknown;
type Listener = (value: unknown, by: number) => void;

/** A worker's end of the connection to the other workers, through the primary process. */
export class WorkerLink {
  readonly number: number;
  readonly #channel: Channel<FromWorker, FromPrimary>;
  readonly #waiting = new Map<number, Waiting>();
  readonly #answers = new Map<string, Answer>();
  /** Questions to the worker that writes, which came before it could answer them. */
  readonly #early = new Map<string, (() => void)[]>();
  readonly #listeners = new Map<string, Listener>();
  /** How many others hear a topic. */
  readonly #heard = new Map<string, number>();
  readonly #onHeard = new Map<string, () => void>();
  readonly #onGone = new Set<(number: number) => void>();
  #ids = 0;
  #writes: boolean;
  /** The primary process stops all workers. */
  #isStopping = false;
  #isAlone = false;
  #onAlone = (): void => {};

  constructor(number: number, writes: boolean, channel: Channel<FromWorker, FromPrimary>) {
    this.number = number;
    this.#writes = writes;
    this.#channel = channel;
    channel.onMessage((message) => this.#receive(message));
  }

  /** Whether this worker writes the files that belong to all. One of them does; when it ends, another one does. */
  get writes(): boolean {
    return this.#writes;
  }

  /** Resolves when no other worker needs this one: while all stop, the worker that writes is the last. */
  othersEnded(): Promise<void> {
    if (!this.#writes || !this.#isStopping || this.#isAlone) return Promise.resolve();
    return new Promise((resolve) => {
      this.#onAlone = resolve;
    });
  }

  /** Tells the workers that hear the topic. */
  tell(topic: string, value: unknown): void {
    if (this.isHeard(topic)) this.#channel.send({ kind: 'tell', topic, value });
  }

  /** Whether another worker hears the topic. */
  isHeard(topic: string): boolean {
    return (this.#heard.get(topic) ?? 0) > 0;
  }

  /** Hears what others tell, until the function that it returns is called. A topic has one listener. */
  hear(topic: string, listener: Listener): () => void {
    this.#listeners.set(topic, listener);
    this.#channel.send({ kind: 'hear', topic, on: true });
    return () => {
      this.#listeners.delete(topic);
      this.#channel.send({ kind: 'hear', topic, on: false });
    };
  }

  /** Calls `listener` when one more worker hears the topic: it does not know what was told before. */
  onHeard(topic: string, listener: () => void): void {
    this.#onHeard.set(topic, listener);
  }

  /** Calls `listener` with the number of a worker that has ended. */
  onGone(listener: (number: number) => void): void {
    this.#onGone.add(listener);
  }

  /** Answers what other workers ask. A later answer to the same topic replaces an earlier one. */
  answer(topic: string, answer: Answer): void {
    this.#answers.set(topic, answer);
    const early = this.#early.get(topic) ?? [];
    this.#early.delete(topic);
    for (const ask of early) ask();
  }

  /** Asks the worker that writes. @throws Error as `PluginWorkers.askWriter` says, after `ms` */
  async askWriter(topic: string, value?: unknown, ms = ANSWER_MS): Promise<unknown> {
    const [answer] = await this.#ask('writer', topic, value, ms);
    return answer;
  }

  /** Asks all other workers. Never rejects. */
  askOthers(topic: string, value?: unknown): Promise<readonly unknown[]> {
    return this.#ask('others', topic, value, ANSWER_MS).catch(() => []);
  }

  /** The same for one plugin: it hears and asks only itself. */
  of(plugin: string): PluginWorkers {
    const topic = (question: string): string => `plugin ${plugin}: ${question}`;
    const link = this;
    return {
      number: this.number,
      get writes() {
        return link.writes;
      },
      answer: (question, answer) => this.answer(topic(question), answer),
      askWriter: (question, value) => this.askWriter(topic(question), value),
      askOthers: (question, value) => this.askOthers(topic(question), value),
    };
  }

  #ask(of: AskedOf, topic: string, value: unknown, ms: number): Promise<readonly unknown[]> {
    return new Promise((resolve, reject) => {
      const id = ++this.#ids;
      const timer = setTimeout(() => {
        this.#waiting.delete(id);
        reject(new Error(`the worker that writes did not answer within ${ms / 1000} seconds`));
      }, ms);
      this.#waiting.set(id, { resolve, reject, timer });
      // A value that cannot be copied fails here, where it was asked.
      this.#channel.send({ kind: 'ask', id, of, topic, value: structuredClone(value) });
    });
  }

  async #answerTo(of: AskedOf, topic: string, value: unknown): Promise<unknown> {
    const answer = this.#answers.get(topic);
    if (answer !== undefined) return await answer(value);
    if (of === 'others') throw new Error('this worker is not ready to answer');
    return new Promise((resolve) => {
      const ask = (): void => resolve(this.#answerTo(of, topic, value));
      this.#early.set(topic, [...(this.#early.get(topic) ?? []), ask]);
    });
  }

  #receive(message: FromPrimary): void {
    switch (message.kind) {
      case 'stop':
        this.#isStopping = true;
        return;
      case 'alone':
        this.#isAlone = true;
        this.#onAlone();
        return;
      case 'write':
        this.#writes = true;
        return;
      case 'told':
        this.#listeners.get(message.topic)?.(message.value, message.by);
        return;
      case 'heard': {
        const before = this.#heard.get(message.topic) ?? 0;
        this.#heard.set(message.topic, message.others);
        if (message.others > before) this.#onHeard.get(message.topic)?.();
        return;
      }
      case 'gone':
        for (const listener of this.#onGone) listener(message.number);
        return;
      case 'asked': {
        const { id, of, topic, value } = message;
        this.#answerTo(of, topic, value)
          .then((answer) => this.#channel.send({ kind: 'answer', id, value: structuredClone(answer) }))
          .catch((error: unknown) => this.#channel.send({ kind: 'answer', id, error: sendable(error) }));
        return;
      }
      case 'answered': {
        const waiting = this.#waiting.get(message.id);
        if (waiting === undefined) return;
        this.#waiting.delete(message.id);
        clearTimeout(waiting.timer);
        if (message.error === undefined) waiting.resolve(message.answers);
        else waiting.reject(message.error);
        return;
      }
      default:
    }
  }
}

/** An error that can be copied: its cause and its own fields may not. */
const sendable = (error: unknown): Error => {
  if (error instanceof RangeError) return new RangeError(error.message);
  return new Error(error instanceof Error ? error.message : String(error));
};
