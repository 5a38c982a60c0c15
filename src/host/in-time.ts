/** Resolves as `promise` does. Rejects after `ms` with the error `<what> within <seconds> s`. */
export const inTime = async <T>(promise: T | Promise<T>, ms: number, what: string): Promise<T> => {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`${what} within ${ms / 1000} s`)), ms);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
};

/** How long 429chain waits for plugins, ms. Tests make it shorter. */
export interface PluginPace {
  /** The import, `apply` and `onReady` may take so long. */
  readonly readyMs: number;
  /** After so long, the log says which plugin 429chain waits for. */
  readonly noticeMs: number;
  /** All `onClose` listeners of one plugin may take so long together. */
  readonly closingMs: number;
}

export const PLUGIN_PACE: PluginPace = { readyMs: 30_000, noticeMs: 5_000, closingMs: 5_000 };

/** Like `inTime` with `readyMs`. Calls `notice` with a sentence if it takes longer than `noticeMs`. */
export const inTimeWithNotice = async <T>(
  promise: T | Promise<T>,
  { readyMs, noticeMs }: PluginPace,
  notice: (sentence: string) => void,
): Promise<T> => {
  const sentence = `it has not ended after ${noticeMs / 1000} s. 429chain waits up to ${readyMs / 1000} s.`;
  const timer = setTimeout(notice, noticeMs, sentence);
  try {
    return await inTime(promise, readyMs, 'it did not end');
  } finally {
    clearTimeout(timer);
  }
};
