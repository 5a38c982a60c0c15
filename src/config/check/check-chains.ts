import type { Path } from '../path.js';
import { valueAtPath } from '../path.js';
import { splitTarget } from '../target-name.js';
import { nameOf, suggest } from '../wording.js';
import { type Check, finding, keysOf, pathsOf, textAt } from './checked-configuration.js';
import type { Finding } from './finding.js';
import { expectationAt } from './own-schema.js';

interface LocatedTarget {
  readonly path: Path;
  /** The path of the text that names its provider. */
  readonly providerPath: Path;
  readonly provider: string;
  readonly model: string;
}

const targetAt = (root: unknown, path: Path): LocatedTarget | undefined => {
  const text = textAt(root, path);
  const split = text === undefined ? undefined : splitTarget(text);
  if (split !== undefined) return { path, providerPath: path, ...split };
  const providerPath = [...path, 'provider'];
  const provider = textAt(root, providerPath);
  const model = textAt(root, [...path, 'model']);
  return provider === undefined || model === undefined ? undefined : { path, providerPath, provider, model };
};

const targetPathsIn = (root: unknown, chain: Path): Path[] => {
  const list = Array.isArray(valueAtPath(root, chain)) ? chain : [...chain, 'targets'];
  return keysOf(valueAtPath(root, list)).map((index) => [...list, index]);
};

const targetsIn = (root: unknown, chain: Path): LocatedTarget[] =>
  targetPathsIn(root, chain)
    .map((path) => targetAt(root, path))
    .filter((target) => target !== undefined);

/**
 * A suggestion for `word`, or the list of valid `words` after `intro`. There is no suggestion for the value of a variable,
 * which the suggestion could reveal.
 */
const alternatives = (written: string | undefined, word: string, words: readonly string[], intro: string): string => {
  const suggestion = written?.includes('${') ? '' : suggest(word, words);
  return suggestion || ` ${intro}: ${words.join(', ') || 'none'}.`;
};

/** Finds targets without a slash. The schema cannot check those with a literal `${`. */
export const checkTargetNames: Check = (configuration) =>
  pathsOf(configuration.resolved, 'chains.*')
    .flatMap((chain) => targetPathsIn(configuration.resolved, chain))
    .filter(
      (path) =>
        textAt(configuration.resolved, path) !== undefined && targetAt(configuration.resolved, path) === undefined,
    )
    .map((path) => finding(configuration, path, `. ${expectationAt('#/$defs/targetName')}`));

/** Finds targets whose provider is not configured. */
export const checkProviders: Check = (configuration) => {
  const configured = keysOf(valueAtPath(configuration.resolved, ['providers'])).map(String);
  return pathsOf(configuration.resolved, 'chains.*').flatMap((chain) =>
    targetsIn(configuration.resolved, chain)
      .filter(({ provider }) => !configured.includes(provider))
      .map(({ provider, providerPath }) => {
        const rest = alternatives(textAt(configuration.written, providerPath), provider, configured, 'Configured');
        return finding(configuration, providerPath, `, but the provider is not configured.${rest}`);
      }),
  );
};

/** Finds targets that occur twice in a chain. */
export const checkRepeats: Check = (configuration) =>
  pathsOf(configuration.resolved, 'chains.*').flatMap((chain) => {
    const firsts = new Map<string, Path>();
    return targetsIn(configuration.resolved, chain).flatMap(({ path, provider, model }): Finding[] => {
      const id = `${provider}/${model}`;
      const first = firsts.get(id);
      firsts.set(id, first ?? path);
      if (first === undefined) return [];
      const { line } = configuration.locator.valueAt(first);
      const message = `${nameOf(path)} repeats the target in line ${line}. Expected each target only once per chain.`;
      return [{ path, at: 'value', message }];
    });
  });

/** Finds a default chain that does not exist, or a missing `defaultChain`. */
export const checkDefaultChain: Check = (configuration) => {
  const chains = keysOf(valueAtPath(configuration.resolved, ['chains'])).map(String);
  const path = ['defaultChain'];
  const named = textAt(configuration.resolved, path);
  if (named !== undefined) {
    if (chains.includes(named)) return [];
    return [
      finding(
        configuration,
        path,
        `, which is not a chain.${alternatives(textAt(configuration.written, path), named, chains, 'Chains')}`,
      ),
    ];
  }
  if (valueAtPath(configuration.resolved, path) !== undefined || chains.length < 2 || chains.includes('default'))
    return [];
  const message = `No chain is named 'default'. Expected \`defaultChain\` with one of these names: ${chains.join(', ')}.`;
  return [{ path: ['chains'], at: 'key', message }];
};

/** Finds aliases of something that is neither a chain nor a target of a configured provider. */
export const checkAliases: Check = (configuration) => {
  const { written, resolved } = configuration;
  const [chains = [], providers = []] = ['chains', 'providers'].map((name) =>
    keysOf(valueAtPath(resolved, [name])).map(String),
  );
  return pathsOf(resolved, 'aliases.*').flatMap((path): Finding[] => {
    const to = textAt(resolved, path);
    if (to === undefined || chains.includes(to)) return [];
    const target = splitTarget(to);
    if (target === undefined) {
      const rest = alternatives(textAt(written, path), to, chains, 'Chains');
      return [finding(configuration, path, `, which is neither a chain nor a target such as 'groq/llama-3'.${rest}`)];
    }
    if (providers.includes(target.provider)) return [];
    const rest = alternatives(textAt(written, path), target.provider, providers, 'Configured');
    return [finding(configuration, path, `, but the provider is not configured.${rest}`)];
  });
};
