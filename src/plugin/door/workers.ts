/**
 * The worker processes of `429chain start --workers N`, as one plugin sees them: it talks to itself in the other workers. Values
 * are copied as `structuredClone` does; functions cannot be sent.
 */
export interface PluginWorkers {
  /** The number of this worker, from 1. A worker that replaces another one has the same number. */
  readonly number: number;
  /**
   * Whether this worker writes the files that belong to all workers. One of them does. When it ends, another one does: ask for
   * each write.
   */
  readonly writes: boolean;
  /**
   * Answers a question of other workers. A second answer to the same question replaces the first one: after a reload, the new
   * configuration answers. Call it in `onReady`.
   */
  answer(question: string, answer: (value: unknown) => unknown): void;
  /**
   * Asks the worker that writes, also if that is this one. If it ends before it answers, its successor is asked.
   * @throws what the answer throws, as an Error or a RangeError with its message; an Error if nothing answers within 10 seconds
   */
  askWriter(question: string, value?: unknown): Promise<unknown>;
  /** Asks all other workers. Returns the answers that come within a second, in no order. Never rejects. */
  askOthers(question: string, value?: unknown): Promise<readonly unknown[]>;
}
