import { ChainError } from '../../plugin/door/errors.js';
import type { NativeAnswers } from '../../plugin/door/native.js';
import type { AnswerWriter, Protocol, ProtocolReply, ProtocolRequest, Refusal } from '../../plugin/door/protocol.js';
import type { StreamEvent } from '../../plugin/door/translate.js';
import { type Fields, isFields } from '../../plugin/fields.js';
import * as faults from '../checks/protocol-faults.js';
import { faultInHeaders } from '../checks/reply-fault.js';
import { isPromise, PROMISED } from '../checks/results.js';
import { type Entry, untraced } from '../guard.js';

/** Receives an error and the function that it comes from. */
type Blame = (where: string, error: unknown) => void;
type FaultIn = (value: unknown) => string | undefined;

/**
 * A protocol of a plugin with guarded functions. If one throws or returns an invalid value, its plugin is blamed, and the
 * function throws a ChainError `internal_error`; one of the plugin's own ChainErrors is passed on. A faulty `refusal` returns a
 * 500 in OpenAI's shape, and faulty `headers` are left out.
 */
export const guardedProtocol = (protocol: Protocol, plugin: string, blame: Blame, enter: Entry): Protocol => {
  const guard = new FunctionGuard(protocol.name, plugin, blame, enter);
  const { name, path, streamType, key, anyContentType, headers, routes, native } = protocol;
  return {
    name,
    path,
    ...(streamType && { streamType }),
    ...(key && { key }),
    ...(anyContentType && { anyContentType }),
    ...(headers && {
      headers: (call) =>
        guard.otherwise(
          'headers',
          () => ({}),
          faultInHeaders,
          () => headers.call(protocol, call),
        ),
    }),
    read: (body, call) =>
      guardedRequest(
        guard.run('read', faults.faultInRequest, () => protocol.read(body, call)),
        guard,
      ),
    refusal: (refusal, call) =>
      guard.otherwise('refusal', unreadable, faults.faultInReply, () => protocol.refusal(refusal, call)),
    ...(routes && {
      routes: routes.map((route) => ({
        ...route,
        answer: (call, body) =>
          guard.run(`${route.method} ${route.path}`, faults.faultInReply, () => route.answer(call, body)),
      })),
    }),
    ...(native && { native: guardedNative(native, guard) }),
  };
};

/** Calls the functions of one protocol, and checks what they return. */
class FunctionGuard {
  readonly #protocol: string;
  readonly #plugin: string;
  readonly #blame: Blame;
  readonly #enter: Entry;

  constructor(protocol: string, plugin: string, blame: Blame, enter: Entry) {
    this.#protocol = protocol;
    this.#plugin = plugin;
    this.#blame = blame;
    this.#enter = enter;
  }

  /** @throws ChainError */
  run<T>(where: string, faultIn: FaultIn, ask: () => T): T {
    try {
      return checked(this.#enter(ask), faultIn);
    } catch (cause) {
      throw cause instanceof ChainError ? cause : this.failed(where, cause);
    }
  }

  /** `writer.take`, which is called once per chunk: no closure for built-in plugins. */
  take(writer: AnswerWriter, chunk: Fields): string {
    try {
      const text = this.#enter === untraced ? writer.take(chunk) : this.#enter(() => writer.take(chunk));
      return checked(text, faults.faultInText);
    } catch (cause) {
      throw cause instanceof ChainError ? cause : this.failed('take', cause);
    }
  }

  /** `writer.takeText`, as `take`. */
  takeText(writer: TextWriter, text: string): string {
    try {
      const added = this.#enter === untraced ? writer.takeText(text) : this.#enter(() => writer.takeText(text));
      return checked(added, faults.faultInText);
    } catch (cause) {
      throw cause instanceof ChainError ? cause : this.failed('takeText', cause);
    }
  }

  /** Returns what `other` makes of the error if `ask` fails. */
  otherwise<T>(where: string, other: (error: ChainError) => T, faultIn: FaultIn, ask: () => T): T {
    try {
      return checked(this.#enter(ask), faultIn);
    } catch (cause) {
      return other(this.failed(where, cause));
    }
  }

  /** Blames the plugin. Returns the error for the caller. */
  failed(where: string, cause: unknown): ChainError {
    this.#blame(where, cause);
    const message = `Plugin "${this.#plugin}" failed in ${where} of its protocol ${this.#protocol}. The log says why.`;
    return new ChainError('internal_error', message, { cause });
  }
}

const checked = <T>(value: T, faultIn: FaultIn): T => {
  if (isPromise(value)) {
    // Without a handler, a rejection would end the process.
    value.then(undefined, () => {});
    throw new Error(PROMISED);
  }
  const fault = faultIn(value);
  if (fault !== undefined) throw new Error(`it returned an invalid value: ${fault}`);
  return value;
};

const unreadable = (error: ChainError): ProtocolReply => ({
  status: error.status,
  body: { ...error.toJSON() },
});

const guardedRequest = (request: ProtocolRequest, guard: FunctionGuard): ProtocolRequest => {
  const { answer } = request;
  if (answer === undefined) return request;
  return {
    ...request,
    answer: () =>
      new GuardedWriter(
        guard.run('answer', faults.faultInWriter, () => answer.call(request)),
        guard,
      ),
  };
};

const faultless: FaultIn = () => undefined;

type TextWriter = AnswerWriter & Required<Pick<AnswerWriter, 'takeText'>>;

class GuardedWriter implements AnswerWriter {
  readonly #writer: AnswerWriter;
  readonly #guard: FunctionGuard;
  /** Present if the writer has it. */
  readonly takeText?: (text: string) => string;

  constructor(writer: AnswerWriter, guard: FunctionGuard) {
    this.#writer = writer;
    this.#guard = guard;
    if (writer.takeText !== undefined) this.takeText = (text) => guard.takeText(writer as TextWriter, text);
  }

  take(chunk: Fields): string {
    return this.#guard.take(this.#writer, chunk);
  }

  pass(event: StreamEvent): void {
    this.#guard.run('pass', faultless, () => this.#writer.pass?.(event));
  }

  end(): string {
    return this.#guard.run('end', faults.faultInText, () => this.#writer.end());
  }

  fail(refusal: Refusal): string {
    return this.#guard.run('fail', faults.faultInText, () => this.#writer.fail(refusal));
  }

  whole(): Fields {
    return this.#guard.run('whole', faults.faultInWhole, () => this.#writer.whole());
  }
}

const guardedNative = (native: NativeAnswers, guard: FunctionGuard): NativeAnswers => ({
  ...native,
  answer: (answer) => guard.run('native.answer', faultInAnswer, () => native.answer(answer)),
  stream: () => {
    const read = guard.run('native.stream', faultInReader, () => native.stream());
    return (event) => guard.run('native.stream', faultInChunk, () => read(event));
  },
});

const faultInAnswer: FaultIn = (value) => (isFields(value) ? undefined : 'an answer is an object such as { choices }');
const faultInChunk: FaultIn = (value) => (value === undefined ? undefined : faultInAnswer(value));
const faultInReader: FaultIn = (value) =>
  typeof value === 'function' ? undefined : '`stream` returns a function, which is called with each event';
