import { outOfDateFrom } from '../../src/catalogue/age.js';
import { type CatalogueProvider, readCatalogue } from '../../src/catalogue/read.js';
import { byEase, viewOf } from '../../src/catalogue/view.js';
import { KIND_WORDS, TRAINING_WORDS, TRUST_WORDS } from '../../src/catalogue/words.js';
import type { CatalogueView, OfferView } from '../../src/contract/catalogue.js';
import { typeOf } from './provider-types.js';
import { table } from './table.js';

/** Pages state days, not ages: what they say must not change by itself. */
const AT_NO_TIME = 0;

const view = ({ id, ...entry }: CatalogueProvider): CatalogueView => viewOf(id, entry, AT_NO_TIME);

const providerOf = async (id: string): Promise<CatalogueView> => {
  const found = (await readCatalogue()).find((provider) => provider.id === id);
  if (found === undefined) throw new Error(`The catalogue has no provider "${id}".`);
  return view(found);
};

const codeOf = (value: string): string => `\`${value}\``;

const dayOf = (date: string | undefined, source: string | undefined): string =>
  date === undefined ? '' : source === undefined ? date : `[${date}](${source})`;

const anchorOf = (title: string): string =>
  title
    .toLowerCase()
    .replaceAll(/[^\w -]/g, '')
    .replaceAll(' ', '-');

/** A table of all providers of the catalogue, one row each, the easiest to use first. */
export const catalogueTable = async (): Promise<string> => {
  const rows = (await readCatalogue())
    .map(view)
    .sort(byEase)
    .map((each) => [
      `[${each.title}](#${anchorOf(each.title)})`,
      each.type === undefined ? '' : codeOf(each.type),
      each.kinds.filter((kind, index) => index === 0 || kind !== 'none').join(', '),
      needsText(each),
      { no: 'no', may: 'may', unknown: 'unknown' }[each.training.posture],
      oldestOf(each),
    ]);
  return table(['provider', 'type', 'free', 'needs', 'trains on requests', 'checked on'], rows);
};

const needsText = ({ kinds, needsKey, needsCard }: CatalogueView): string => {
  if (kinds[0] === 'none') return '';
  if (!needsKey) return 'nothing';
  if (needsCard === undefined) return 'a key';
  return needsCard ? 'a key and a card' : 'a key';
};

const oldestOf = ({ offers }: CatalogueView): string =>
  offers.flatMap(({ date }) => (date === undefined ? [] : [date])).sort()[0] ?? '';

/** Everything that the catalogue knows about a provider. */
export const providerFacts = async (id: string): Promise<string> => {
  const { summary, type, key, training, offers } = await providerOf(id);
  const { baseUrl, hosts = {}, countsBound } = type === undefined ? {} : await typeOf(type);
  const addresses = [...new Set([...(baseUrl === undefined ? [] : [baseUrl]), ...Object.values(hosts)])];
  const facts = [
    ...(type === undefined ? [] : [`- **Type:** ${codeOf(type)}`]),
    ...(addresses.length === 0 ? [] : [`- **Address:** ${addresses.map(codeOf).join(' or ')}`]),
    ...(key === undefined ? [] : [`- **Key:** ${keyText(key)}`]),
    `- **Training:** ${trainingText(training)}`,
    ...(countsBound ? ['- **Counts `max_tokens` in advance:** 429chain sends a limit that fits'] : []),
  ];
  const notes = offers.flatMap(({ note }) => (note === undefined ? [] : [note]));
  const isDated = offers.some(({ date }) => date !== undefined);
  return [
    summary,
    facts.join('\n'),
    ...(isDated ? [offersTable(offers)] : []),
    ...(notes.length === 0 ? [] : [notes.join(' ')]),
  ].join('\n\n');
};

const keyText = ({ url, card, minutes, note }: NonNullable<CatalogueView['key']>): string => {
  const facts = [
    ...(card === undefined ? [] : [card ? 'a card is needed' : 'no card']),
    ...(minutes === undefined ? [] : [`about ${minutes} minutes`]),
  ];
  return [[`<${url}>`, ...facts].join(', '), ...(note === undefined ? [] : [note])].join('. ');
};

const trainingText = ({ posture, note, source, date }: CatalogueView['training']): string => {
  const read = date === undefined ? '' : ` (${dayOf(date, source)})`;
  return `${posture === 'unknown' ? 'unknown' : TRAINING_WORDS[posture]}${read}${note === undefined ? '' : `. ${note}`}`;
};

/** One row for each limit, and for an offer without one. */
const offersTable = (offers: readonly OfferView[]): string => {
  const rows = offers.flatMap((offer) => {
    const { kind, what = KIND_WORDS[kind], limits, source, date, trust } = offer;
    const first = [`${kind}: ${what}`];
    const last = [
      dayOf(date, source),
      date === undefined ? '' : outOfDateFrom(date),
      trust === undefined ? '' : TRUST_WORDS[trust],
    ];
    if (limits.length === 0) return [[...first, '', '', ...last]];
    return limits.map(({ text, note, assumed }, index) => [
      ...(index === 0 ? first : ['']),
      `${text}${note === undefined ? '' : `. ${note}`}`.replaceAll('*', '\\*'),
      assumed ? 'yes' : '',
      ...(index === 0 ? last : ['', '', '']),
    ]);
  });
  return table(['offer', 'limit', 'assumed', 'checked on', 'out of date from', 'source'], rows);
};
