import { readCatalogue } from '../../catalogue/read.js';
import { byEase, viewOf } from '../../catalogue/view.js';
import { listOf, suggest } from '../../config/wording.js';
import type { CatalogueView } from '../../contract/catalogue.js';
import type { OfferKind } from '../../contract/catalogue-entry.js';
import { COMMAND_NAME } from '../command-name.js';
import type { CommandLine } from '../options.js';
import { CommandError } from '../terminal/command-error.js';
import { catalogueList, catalogueSection } from './catalogue-lines.js';

const KINDS: readonly OfferKind[] = ['keyless', 'recurring', 'zero-price', 'own', 'one-time', 'none'];

/** An empty list as JSON. */
const NOTHING = '[]';

/** Prints what providers give for free. The exit status is 1 if no provider fits. */
export const catalogue = async (line: CommandLine): Promise<void> => {
  const text = await catalogueText(line, Date.now());
  console.log(text);
  if (text === NOTHING) process.exitCode = 1;
};

/**
 * Returns what providers give for free: a list, or everything about one that the words single out. `now`: epoch ms.
 * @throws CommandError when no provider fits, and for an unknown kind
 */
export const catalogueText = async (
  { words, options }: Pick<CommandLine, 'words' | 'options'>,
  now: number,
): Promise<string> => {
  const { kind } = options;
  if (kind !== undefined && !KINDS.some((known) => known === kind)) {
    throw new CommandError(`--kind is '${kind}'. Expected ${listOf(KINDS, 'or')}.${suggest(kind, KINDS)}`, 2);
  }
  const all = (await readCatalogue()).map((provider) => viewOf(provider.id, provider, now)).sort(byEase);
  const found = all.filter(
    (view) =>
      (kind === undefined || view.kinds.some((each) => each === kind)) &&
      (!options['no-card'] || view.needsCard === false) &&
      (!options['no-key'] || !view.needsKey) &&
      (!options['no-training'] || view.training.posture === 'no') &&
      words.every((word) => fits(view, word)),
  );
  if (options.json) return JSON.stringify(found, null, 2);
  if (found.length === 0) throw new CommandError(nothingFound(all, words));
  const [first] = found;
  const isOne = found.length === 1 && first !== undefined && words.length > 0;
  return isOne ? catalogueSection(first) : catalogueList(found);
};

/** A word is a kind of offer, or a part of the name of a provider, its type or one of its models. */
const fits = ({ id, title, type = '', kinds, offers }: CatalogueView, word: string): boolean => {
  if (KINDS.some((kind) => kind === word)) return kinds.some((kind) => kind === word);
  const models = offers.flatMap(({ models = [], examples = [] }) => [models, examples].flat());
  return [id, title, type, ...models].some((text) => text.toLowerCase().includes(word.toLowerCase()));
};

const nothingFound = (all: readonly CatalogueView[], words: readonly string[]): string => {
  const fitWords = all.some((view) => words.every((word) => fits(view, word)));
  const asked = [...(words.length === 0 ? [] : [`"${words.join(' ')}"`]), ...(fitWords ? ['these options'] : [])];
  const near = fitWords ? '' : suggest(words.join(' '), [...all.map(({ id }) => id), ...KINDS]);
  return `No provider in the catalogue fits ${asked.join(' with ')}.${near} ${COMMAND_NAME} catalogue lists all of them.`;
};
