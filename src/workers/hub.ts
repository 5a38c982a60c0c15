import type { AskedOf, Channel, FromPrimary, FromWorker } from './messages.js';

/** How long the answers of all others are waited for. */
const ANSWER_MS = 1_000;

type WorkerChannel = Channel<FromPrimary, FromWorker>;

/** A question that waits for answers. */
interface Question {
  /** The number of the worker that asks, and the id that it gave. */
  readonly by: number;
  readonly id: number;
  readonly of: AskedOf;
  readonly topic: string;
  readonly value: unknown;
  /** The numbers of those that have not answered. */
  readonly open: Set<number>;
  readonly answers: unknown[];
  timer?: NodeJS.Timeout;
}

/** Passes on what workers tell and ask each other, and says which of them writes. It runs in the primary process. */
export class Hub {
  readonly #workers = new Map<number, WorkerChannel>();
  readonly #questions = new Map<number, Question>();
  /** The workers that hear a topic. */
  readonly #heard = new Map<string, Set<number>>();
  #ids = 0;
  #writer: number | undefined;

  /** The number of the worker that writes; `undefined` while there is none. */
  get writer(): number | undefined {
    return this.#writer;
  }

  /** Adds a worker that starts. It writes if no other one does. @returns whether it writes */
  add(number: number, channel: WorkerChannel): void {
    this.#workers.set(number, channel);
    channel.onMessage((message) => this.#receive(number, message));
    for (const [topic, numbers] of this.#heard) {
      channel.send({ kind: 'heard', topic, others: numbers.size });
    }
    if (this.#writer === undefined) this.#makeWriter(number);
  }

  /** Removes a worker that ended. If it was the one that writes, `successors` are asked in this order. */
  remove(number: number, successors: readonly number[]): void {
    this.#workers.delete(number);
    for (const [topic, numbers] of this.#heard) if (numbers.delete(number)) this.#sayHeard(topic);
    for (const [id, question] of this.#questions) {
      if (question.by === number) this.#forget(id, question);
      else if (question.of === 'others' && question.open.delete(number)) this.#endIfAnswered(id, question);
    }
    this.#toOthers(number, { kind: 'gone', number });
    if (this.#writer !== number) return;
    this.#writer = undefined;
    const next = successors.find((each) => this.#workers.has(each));
    if (next !== undefined) this.#makeWriter(next);
  }

  #makeWriter(number: number): void {
    this.#writer = number;
    this.#workers.get(number)?.send({ kind: 'write' });
    for (const [id, question] of this.#questions) if (question.of === 'writer') this.#askWriter(id, question);
  }

  #receive(by: number, message: FromWorker): void {
    switch (message.kind) {
      case 'tell': {
        const { topic, value } = message;
        this.#toOthers(by, { kind: 'told', topic, value, by }, this.#heard.get(topic));
        return;
      }
      case 'hear': {
        const { topic, on } = message;
        const numbers = this.#heard.get(topic) ?? new Set();
        this.#heard.set(topic, numbers);
        if (on) numbers.add(by);
        else numbers.delete(by);
        this.#sayHeard(topic);
        return;
      }
      case 'ask': {
        const { id, of, topic, value } = message;
        this.#ask({ by, id, of, topic, value, open: new Set(), answers: [] });
        return;
      }
      case 'answer': {
        const question = this.#questions.get(message.id);
        if (question === undefined || !question.open.delete(by)) return;
        if (message.error === undefined) question.answers.push(message.value);
        this.#endIfAnswered(message.id, question, message.error);
        return;
      }
      default:
    }
  }

  #ask(question: Question): void {
    const id = ++this.#ids;
    this.#questions.set(id, question);
    if (question.of === 'writer') {
      this.#askWriter(id, question);
      return;
    }
    const { by, topic, value, open } = question;
    for (const [number, channel] of this.#workers) {
      if (number === by) continue;
      open.add(number);
      channel.send({ kind: 'asked', id, of: 'others', topic, value });
    }
    question.timer = setTimeout(() => {
      open.clear();
      this.#endIfAnswered(id, question);
    }, ANSWER_MS);
    this.#endIfAnswered(id, question);
  }

  /** Without a writer, the question waits for the next one. */
  #askWriter(id: number, { topic, value, open }: Question): void {
    if (this.#writer === undefined) return;
    open.clear();
    open.add(this.#writer);
    this.#workers.get(this.#writer)?.send({ kind: 'asked', id, of: 'writer', topic, value });
  }

  #endIfAnswered(id: number, question: Question, error?: Error): void {
    if (question.open.size > 0) return;
    const failed = question.of === 'writer' && error !== undefined ? { error } : {};
    this.#forget(id, question);
    const { by, answers } = question;
    this.#workers.get(by)?.send({ kind: 'answered', id: question.id, answers, ...failed });
  }

  #forget(id: number, { timer }: Question): void {
    clearTimeout(timer);
    this.#questions.delete(id);
  }

  #sayHeard(topic: string): void {
    const numbers = this.#heard.get(topic) ?? new Set<number>();
    for (const [number, channel] of this.#workers) {
      channel.send({ kind: 'heard', topic, others: numbers.size - (numbers.has(number) ? 1 : 0) });
    }
  }

  #toOthers(by: number, message: FromPrimary, only?: ReadonlySet<number>): void {
    for (const [number, channel] of this.#workers) {
      if (number !== by && (only === undefined || only.has(number))) channel.send(message);
    }
  }
}
