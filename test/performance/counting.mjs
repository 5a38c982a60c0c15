import { createHook } from 'node:async_hooks';
import { EventEmitter } from 'node:events';
import { Socket } from 'node:net';

/**
 * Loaded into 429chain before it starts, to count what it does. A message `reset` starts the counting anew, `read` answers
 * with the counts since then. `COUNTED` says what is counted, because a hook changes how much is allocated.
 */
const counts = new Map();
const count = (what) => counts.set(what, (counts.get(what) ?? 0) + 1);

const KINDS = { PROMISE: 'promises', Timeout: 'timers', TickObject: 'ticks' };
const kindOf = (type) => KINDS[type] ?? (type.startsWith('FSREQ') ? 'file operations' : undefined);

/** Collects garbage only when asked: the new space is larger than all that a measurement allocates. */
const heapBytes = () => process.memoryUsage().heapUsed;

/** Counts the calls of a method of a class. */
const countCalls = (prototype, method, what) => {
  const original = prototype[method];
  prototype[method] = function (...values) {
    count(what);
    return original.apply(this, values);
  };
};

/** What 429chain does by the clock is not what a request costs: it would count for more where the machine is slower. */
const LATER = { fromMs: 5, times: 1_000, atMost: 2 ** 31 - 1 };

const delayLater = (name) => {
  const original = globalThis[name];
  const delayed = (callback, ms, ...values) =>
    original(callback, ms >= LATER.fromMs ? Math.min(ms * LATER.times, LATER.atMost) : ms, ...values);
  globalThis[name] = Object.defineProperties(delayed, Object.getOwnPropertyDescriptors(original));
};
delayLater('setTimeout');
delayLater('setInterval');

let before = heapBytes();

const reset = () => {
  counts.clear();
  globalThis.gc?.();
  before = heapBytes();
};

const read = () => (process.env.COUNTED === 'work' ? Object.fromEntries(counts) : { bytes: heapBytes() - before });

if (process.env.COUNTED === 'work') {
  createHook({
    init(_, type) {
      const kind = kindOf(type);
      if (kind !== undefined) count(kind);
    },
  }).enable();
  for (const method of ['on', 'addListener', 'once']) countCalls(EventEmitter.prototype, method, 'listeners');
  // Called once for each write to the system, which may take several buffers.
  countCalls(Socket.prototype, '_writeGeneric', 'socket writes');
}

process.on('message', (message) => {
  if (message === 'reset') reset();
  process.send(message === 'reset' ? {} : read());
});
// The channel alone does not keep 429chain running.
process.channel?.unref();
