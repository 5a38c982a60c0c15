import { wordsOf } from '../host/words.js';
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

/** What the checks of the kit are about. */
export type CheckGroup = 'answers' | 'streams' | 'tools' | 'errors' | 'limits' | 'abort' | 'models';

/** What is tested, and what its API is like. */
export interface ConformanceOptions {
  /** The provider type, as the configuration names it. */
  readonly type: string;
  /** The `options` of a provider of this type. */
  readonly options?: Readonly<Record<string, unknown>>;
  /** A model that the type would ask for. Default `a-model`. */
  readonly model?: string;
  /** How its API writes what it says. What is left out is as OpenAI has it. */
  readonly upstream?: Partial<ApiShape>;
  /** What the API does not have at all, such as `tools`. */
  readonly without?: readonly CheckGroup[];
}

const LONGEST_MS = 15_000;

/**
 * Runs a provider type through all that the waterfall needs of it: the real 429chain on a real socket, in front of a
 * simulated provider that speaks as `upstream` says. What goes wrong is in the report; only a plugin that cannot be
 * loaded throws.
 * @param plugin the plugin, the absolute path of one, or the name of a built-in
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
    timer = setTimeout(() => reject(new Error(`It did not end within ${LONGEST_MS / 1000} s.`)), LONGEST_MS);
  });
  try {
    await Promise.race([run(bench), late]);
    return { name, passed: true };
  } catch (error) {
    return { name, passed: false, why: wordsOf(error) };
  } finally {
    clearTimeout(timer);
  }
};
