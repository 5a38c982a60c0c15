import { setImmediate } from 'node:timers/promises';
import { wordsOf } from '../host/checks/words.js';
import type { Plugin } from '../plugin/index.js';
import { type ApiShape, OPENAI_SHAPE } from './api-shape.js';
import { Bench } from './bench.js';
import { ABORT } from './checks/abort.js';
import { ANSWERS } from './checks/answers.js';
import type { Check } from './checks/check.js';
import { ERRORS } from './checks/errors.js';
import { checksOfLimit } from './checks/limits.js';
import { MODELS } from './checks/models.js';
import { STREAMS } from './checks/streams.js';
import { TOOL_CALLS } from './checks/tools.js';
import { type CheckResult, ConformanceReport } from './report.js';

/** The groups of checks. */
export type CheckGroup = 'answers' | 'streams' | 'tools' | 'errors' | 'limits' | 'abort' | 'models';

/** The provider type to test, and its API. */
export interface ConformanceOptions {
  /** The name of the provider type. */
  readonly type: string;
  /** The `options` of a provider of this type. */
  readonly options?: Readonly<Record<string, unknown>>;
  /** The model to request. Default: `a-model`. */
  readonly model?: string;
  /** The formats of its API. Defaults to those of OpenAI. */
  readonly upstream?: Partial<ApiShape>;
  /** The groups to skip because the API lacks the feature, such as `tools`. */
  readonly without?: readonly CheckGroup[];
}

const TIMEOUT_MS = 15_000;

/**
 * Checks that a provider type does everything that 429chain needs. Runs 429chain on a real socket, in front of a simulated
 * provider with the API of `upstream`. Failed checks are in the report.
 * @param plugin the plugin, its absolute path, or the name of a built-in
 * @throws Error if the plugin cannot be loaded
 */
export const testProviderType = async (
  plugin: Plugin | string,
  { type, options = {}, model = 'a-model', upstream = {}, without = [] }: ConformanceOptions,
): Promise<ConformanceReport> => {
  const shape = { ...OPENAI_SHAPE, ...upstream };
  const groups: readonly (readonly [CheckGroup, readonly Check[]])[] = [
    ['answers', ANSWERS],
    ['streams', STREAMS],
    ['tools', TOOL_CALLS],
    ['errors', ERRORS],
    ['limits', shape.limits.flatMap(checksOfLimit)],
    ['abort', ABORT],
    ['models', MODELS],
  ];
  const results: CheckResult[] = [];
  for (const [group, checks] of groups) {
    if (without.includes(group)) continue;
    for (const check of checks) {
      const bench = await Bench.open({ plugin, type, model, options, shape });
      results.push({ group, ...(await resultOf(check, bench)) });
      await bench.close();
    }
  }
  return new ConformanceReport(type, results);
};

const resultOf = async ({ name, run }: Check, bench: Bench): Promise<Omit<CheckResult, 'group'>> => {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`The check did not finish within ${TIMEOUT_MS / 1000} s.`)), TIMEOUT_MS);
  });
  const unwatch = bench.watchPlugin();
  try {
    await Promise.race([run(bench), late]);
    // A rejected promise is reported after the microtasks.
    await setImmediate();
    const [fault] = bench.faultsOutsideCalls;
    return fault === undefined ? { name, passed: true } : { name, passed: false, why: fault };
  } catch (error) {
    return { name, passed: false, why: wordsOf(error) };
  } finally {
    clearTimeout(timer);
    unwatch();
  }
};
