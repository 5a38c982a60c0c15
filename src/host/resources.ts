/** What keeps a process alive, in plain words. */
const WORDS: Readonly<Record<string, string>> = {
  Timeout: 'timer',
  Immediate: 'immediate',
  TCPSocketWrap: 'connection',
  TLSWrap: 'TLS connection',
  TCPServerWrap: 'server',
  PipeServerWrap: 'server on a pipe',
  ProcessWrap: 'child process',
  FSEventWrap: 'file watcher',
  StatWatcher: 'file watcher',
  UDPWrap: 'UDP socket',
  MessagePort: 'message port or worker',
  Worker: 'worker',
  SignalWrap: 'signal handler',
};

interface Opened {
  readonly plugin: string;
  readonly where: string;
  readonly what: string;
}

/** What plugins opened at their start. The event loop belongs to the process, and so does this list. */
const opened = new Map<string, Opened>();

const activeNow = (): string[] =>
  process.getActiveResourcesInfo().flatMap((type) => (WORDS[type] === undefined ? [] : [WORDS[type]]));

/** Calls a function of a plugin, and remembers what it opens before it returns. */
export const noteResources = <T>(plugin: string, where: string, call: () => T): T => {
  const note = resourcesSince({ plugin }, where);
  try {
    return call();
  } finally {
    note();
  }
};

/** @returns a function that remembers what a plugin opened in the meantime, by the name that it has then */
export const resourcesSince = (by: { readonly plugin: string }, where: string): (() => void) => {
  const before = activeNow();
  return () => {
    const { plugin } = by;
    for (const what of without(activeNow(), before)) opened.set(`${plugin} ${where} ${what}`, { plugin, where, what });
  };
};

/**
 * What keeps the process alive, such as `a timer (plugin "x" opened one in onReady)`.
 * @param plugins the plugins that may hold resources whose owner is not known
 */
export const heldResources = (plugins: readonly string[]): string => {
  const held = [...new Set(activeNow())].map((what) => {
    const by = [...opened.values()].filter((each) => each.what === what);
    const known = by.map(({ plugin, where }) => `plugin "${plugin}" opened one in ${where}`).join(', ');
    return known === '' ? `a ${what}` : `a ${what} (${known})`;
  });
  const suspects = `Plugins in use: ${plugins.join(', ')}.`;
  return `${held.length === 0 ? 'something unknown' : held.join(' and ')}. ${suspects}`;
};

const without = (all: readonly string[], some: readonly string[]): string[] => {
  const left = [...some];
  return all.filter((each) => {
    const index = left.indexOf(each);
    if (index < 0) return true;
    left.splice(index, 1);
    return false;
  });
};
