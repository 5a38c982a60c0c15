import { dayWords, KIND_WORDS, TRAINING_WORDS, TRUST_WORDS } from '../../catalogue/words.js';
import type { CatalogueView, OfferView } from '../../contract/catalogue.js';
import { COMMAND_NAME } from '../command-name.js';
import { tableOf } from '../terminal/table.js';

/** Two lines for each provider: facts in columns, and its summary. */
export const catalogueList = (views: readonly CatalogueView[]): string => {
  const heads = tableOf(views.map(headOf), '').split('\n');
  const lines = views.flatMap(({ summary }, index) => [heads[index] ?? '', `    ${summary}`]);
  const old = views.some(({ mayBeOutOfDate }) => mayBeOutOfDate)
    ? ['Free offers change within weeks. Read the page of an offer that may be out of date before you rely on it.']
    : [];
  return [
    ...lines,
    '',
    ...old,
    `${COMMAND_NAME} catalogue NAME shows the limits and the sources of one provider.`,
  ].join('\n');
};

const headOf = (view: CatalogueView): string[] => [
  view.title,
  view.kinds.filter((kind, index) => index === 0 || kind !== 'none').join(', '),
  keyWords(view),
  TRAINING_WORDS[view.training.posture],
  readWords(view),
];

const keyWords = ({ kinds, needsKey, needsCard }: CatalogueView): string => {
  if (!needsKey || kinds[0] === 'none') return '';
  if (needsCard === undefined) return 'key';
  return needsCard ? 'key, card needed' : 'key, no card';
};

/** The oldest offer decides. */
const readWords = ({ offers, mayBeOutOfDate }: CatalogueView): string => {
  const [oldest] = offers.flatMap(({ date }) => (date === undefined ? [] : [date])).sort();
  return oldest === undefined ? '' : `read ${dayWords(oldest, mayBeOutOfDate)}`;
};

/** Everything about one provider. */
export const catalogueSection = (view: CatalogueView): string => {
  const { title, type, summary, key, offers, training } = view;
  const facts = tableOf([
    ['type', type ?? 'none: use openai-compatible with a baseUrl'],
    ...(key === undefined ? [] : [['key', keyLine(key)]]),
    ['training', [TRAINING_WORDS[training.posture], training.note].filter(Boolean).join('. ')],
    ...(training.source === undefined
      ? []
      : [['', `${training.source}, read ${dayWords(training.date, training.mayBeOutOfDate)}`]]),
  ]);
  return [`${title}`, `  ${summary}`, '', facts, ...offers.flatMap((offer) => ['', ...offerLines(offer)])].join('\n');
};

const keyLine = ({ url, card, minutes, note }: NonNullable<CatalogueView['key']>): string =>
  [
    url,
    ...(card === undefined ? [] : [card ? 'card needed' : 'no card']),
    ...(minutes === undefined ? [] : [`about ${minutes} minutes`]),
    ...(note === undefined ? [] : [note]),
  ].join(' · ');

const offerLines = ({ kind, what, limits, note, source, date, trust, mayBeOutOfDate }: OfferView): string[] => [
  `  ${kind}: ${what ?? KIND_WORDS[kind]}`,
  ...limits.map(
    ({ text, assumed, note: detail }) =>
      `    ${text}${assumed ? ' (429chain keeps to it)' : ''}${detail === undefined ? '' : `. ${detail}`}`,
  ),
  ...(note === undefined ? [] : [`    ${note}`]),
  ...(source === undefined
    ? []
    : [`    ${source}, read ${dayWords(date, mayBeOutOfDate)}${trust === undefined ? '' : `, ${TRUST_WORDS[trust]}`}`]),
];
