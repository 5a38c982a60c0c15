import type { Path } from '../locate.js';
import { splitTarget } from '../target-name.js';
import { type Finding, nameOf, suggest, writtenAt } from '../wording.js';
import { type Check, finding, keysOf, pathsOf, textAt } from './checked-configuration.js';
import { sentenceOf } from './schema.js';

interface FoundTarget {
  readonly path: Path;
  /** Where its provider is named. */
  readonly providerPath: Path;
  readonly provider: string;
  readonly model: string;
}

const targetAt = (root: unknown, path: Path): FoundTarget | undefined => {
  const text = textAt(root, path);
  const split = text === undefined ? undefined : splitTarget(text);
  if (split !== undefined) return { path, providerPath: path, ...split };
  const providerPath = [...path, 'provider'];
  const provider = textAt(root, providerPath);
  const model = textAt(root, [...path, 'model']);
  return provider === undefined || model === undefined ? undefined : { path, providerPath, provider, model };
};

const targetPathsIn = (root: unknown, chain: Path): Path[] => {
  const list = Array.isArray(writtenAt(root, chain)) ? chain : [...chain, 'targets'];
  return keysOf(writtenAt(root, list)).map((index) => [...list, index]);
};

const targetsIn = (root: unknown, chain: Path): FoundTarget[] =>
  targetPathsIn(root, chain)
    .map((path) => targetAt(root, path))
    .filter((target) => target !== undefined);

/** What to say about `word`, which is none of `words`. A word that was read from a variable is not repeated. */
const choice = (written: string | undefined, word: string, words: readonly string[], intro: string): string => {
  const suggestion = written?.includes('${') ? '' : suggest(word, words);
  return suggestion || ` ${intro}: ${words.join(', ') || 'none'}.`;
};

/** Targets without a slash, which the schema lets pass when they hold a plain `${`. */
export const checkTargetNames: Check = (subject) =>
  pathsOf(subject.resolved, 'chains.*')
    .flatMap((chain) => targetPathsIn(subject.resolved, chain))
    .filter((path) => textAt(subject.resolved, path) !== undefined && targetAt(subject.resolved, path) === undefined)
    .map((path) => finding(subject, path, `. ${sentenceOf('#/$defs/targetName')}`));

/** Targets whose provider is not configured. */
export const checkProviders: Check = (subject) => {
  const configured = keysOf(writtenAt(subject.resolved, ['providers'])).map(String);
  return pathsOf(subject.resolved, 'chains.*').flatMap((chain) =>
    targetsIn(subject.resolved, chain)
      .filter(({ provider }) => !configured.includes(provider))
      .map(({ provider, providerPath }) => {
        const rest = choice(textAt(subject.written, providerPath), provider, configured, 'Configured');
        return finding(subject, providerPath, `, whose provider is not configured.${rest}`);
      }),
  );
};

/** Targets that stand twice in one chain. */
export const checkRepeats: Check = (subject) =>
  pathsOf(subject.resolved, 'chains.*').flatMap((chain) => {
    const firsts = new Map<string, Path>();
    return targetsIn(subject.resolved, chain).flatMap(({ path, provider, model }): Finding[] => {
      const id = `${provider}/${model}`;
      const first = firsts.get(id);
      firsts.set(id, first ?? path);
      if (first === undefined) return [];
      const { line } = subject.locator.valueAt(first);
      const message = `${nameOf(path)} repeats the target of line ${line}. Expected each target once in a chain.`;
      return [{ path, at: 'value', message }];
    });
  });

/** A default chain that does not exist, or is needed and not named. */
export const checkDefaultChain: Check = (subject) => {
  const chains = keysOf(writtenAt(subject.resolved, ['chains'])).map(String);
  const path = ['defaultChain'];
  const named = textAt(subject.resolved, path);
  if (named !== undefined) {
    if (chains.includes(named)) return [];
    return [
      finding(subject, path, `, which is no chain.${choice(textAt(subject.written, path), named, chains, 'Chains')}`),
    ];
  }
  if (writtenAt(subject.resolved, path) !== undefined || chains.length < 2 || chains.includes('default')) return [];
  const message = `None of the chains is called 'default'. Expected \`defaultChain\` to name one: ${chains.join(', ')}.`;
  return [{ path: ['chains'], at: 'key', message }];
};
