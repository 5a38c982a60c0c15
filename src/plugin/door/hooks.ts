import { AsyncParallelHook, AsyncSeriesBailHook, SyncBailHook } from 'tapable';
import type { Hooks } from './api.js';

/** The four hooks of one runtime. */
export const createHooks = (): Hooks =>
  Object.freeze({
    beforeAttempt: new AsyncSeriesBailHook(['attempt'], 'beforeAttempt'),
    onRateLimitHeaders: new SyncBailHook(['head', 'attempt'], 'onRateLimitHeaders'),
    onError: new SyncBailHook(['failure', 'attempt'], 'onError'),
    afterResponse: new AsyncParallelHook(['outcome'], 'afterResponse'),
  } satisfies Hooks);
