import { validateHeaderName, validateHeaderValue } from 'node:http';
import type { OfferKind } from '../../contract/catalogue-entry.js';
import { isFields } from '../../plugin/fields.js';
import { durationOf } from '../../plugin/readers/headers/headers.js';
import { isZone } from '../../plugin/readers/headers/zones.js';
import { areMedia, faultInConversation } from './conversation-faults.js';
import { faultInRestrictions } from './restriction-faults.js';
import { wordsOf } from './words.js';

type Fields = Readonly<Record<string, unknown>>;

/** What is wrong with a provider type, as a predicate such as `has a `baseUrl` that is not a string`; `undefined` if it is valid. */
export const faultInType = (type: unknown): string | undefined => {
  if (!isFields(type)) return 'is not an object';
  for (const name of ['baseUrl', 'modelsPath', 'keyHeader', 'keyCheck']) {
    if (isGiven(type, name) && typeof type[name] !== 'string') return `has a \`${name}\` that is not a string`;
  }
  for (const name of ['pool', 'readModel', 'adapt']) {
    if (isGiven(type, name) && typeof type[name] !== 'function') return `has a \`${name}\` that is not a function`;
  }
  for (const name of ['optionsSchema', 'headers', 'about', 'prefill', 'translate', 'hosts', 'modelList']) {
    if (isGiven(type, name) && !isFields(type[name])) return `has \`${name}\` that is not an object`;
  }
  if (isGiven(type, 'speaks') && !isListOfNames(type.speaks)) return 'has `speaks` that is not a list of protocols';
  if (isGiven(type, 'keyless') && type.keyless !== 'address') return "has a `keyless` that is not 'address'";
  const { adaptations = [], knownLimits = [] } = type;
  if (!Array.isArray(adaptations) || !adaptations.every((each) => isFields(each) && typeof each.field === 'string')) {
    return 'has `adaptations` that are not a list of objects with a `field`';
  }
  const { conversation = [], lacks = [] } = type;
  if (!Array.isArray(conversation)) return 'has a `conversation` that is not a list of rules';
  const broken = conversation.map(faultInConversation).find((fault) => fault !== undefined);
  if (broken !== undefined) return `has \`conversation\` rules that ${broken}`;
  if (!areMedia(lacks)) return 'has `lacks` that are not a list of images, files or audio';
  return (
    faultInAbout(type) ??
    faultInLimits(knownLimits) ??
    faultInRules(type) ??
    faultInRestrictions(type) ??
    faultInHeaders(type) ??
    faultInTranslate(type)
  );
};

const faultInAbout = ({ about = {} }: Fields): string | undefined => {
  const { offers = [] } = about as Fields;
  return Array.isArray(offers) && offers.every(isOffer)
    ? undefined
    : "has `about.offers` that are not a list such as [{ kind: 'recurring', models: 'all' }]";
};

const KINDS: ReadonlySet<unknown> = new Set<OfferKind>([
  'recurring',
  'zero-price',
  'keyless',
  'one-time',
  'own',
  'none',
]);

const isOffer = (offer: unknown): boolean =>
  isFields(offer) &&
  KINDS.has(offer.kind) &&
  (offer.models === undefined || offer.models === 'all' || isListOfNames(offer.models)) &&
  (offer.except === undefined || isListOfNames(offer.except));

const faultInRules = ({ errors = [], limitHeaders = {}, hosts = {} }: Fields): string | undefined => {
  if (!Array.isArray(errors) || !errors.every(isFields)) return 'has `errors` that are not a list of rules';
  if (!isFields(limitHeaders)) return 'has `limitHeaders` that are not an object';
  const { rows = [] } = limitHeaders;
  if (!Array.isArray(rows) || !rows.every(isHeaderRow)) {
    return "has `limitHeaders.rows` that are not a list such as [{ name: 'x-calls-*', dimension: 'requests' }]";
  }
  return Object.values(hosts as Fields).every((host) => typeof host === 'string')
    ? undefined
    : 'has `hosts` that are not base URLs';
};

const isHeaderRow = (row: unknown): boolean =>
  isFields(row) && typeof row.name === 'string' && row.name.includes('*') && typeof row.dimension === 'string';

/** What is wrong with limits, as a predicate; `undefined` if they are valid. */
export const faultInLimits = (limits: unknown): string | undefined => {
  if (!Array.isArray(limits)) return 'has limits that are not a list';
  return limits.every(isLimit)
    ? undefined
    : `has an invalid limit ${JSON.stringify(limits.find((limit) => !isLimit(limit)))}. Expected one such as { requests: 30, per: '1m' }, { requests: 1000, each: 'day', zone: 'UTC' } or { concurrent: 2 }`;
};

const isLimit = (limit: unknown): boolean => {
  if (!isFields(limit)) return false;
  const { concurrent, requests, tokens, input_tokens, output_tokens, units, costs, per } = limit;
  if (concurrent !== undefined) return isAmount(concurrent);
  const isCounted =
    units === undefined
      ? isAmount(requests ?? tokens ?? input_tokens ?? output_tokens)
      : isAmount(units) && isCosts(costs);
  return isCounted && (limit.each === undefined ? isDuration(per) : per === undefined && isCalendar(limit));
};

const isDuration = (value: unknown): boolean => typeof value === 'string' && durationOf(value) !== undefined;

const isCalendar = ({ each, zone = 'UTC', from }: Fields): boolean => {
  if (typeof zone !== 'string' || !isZone(zone)) return false;
  if (each === 'month')
    return from === undefined || (Number.isInteger(from) && Number(from) >= 1 && Number(from) <= 31);
  if (each === 'week') return from === undefined || (typeof from === 'string' && !Number.isNaN(Date.parse(from)));
  return each === 'day';
};

const isCosts = (costs: unknown): boolean =>
  isFields(costs) && Object.values(costs).every((cost) => isFields(cost) && Object.values(cost).every(isAmount));

const isAmount = (value: unknown): boolean => typeof value === 'number' && value >= 0;

const isListOfNames = (value: unknown): boolean =>
  Array.isArray(value) && value.length > 0 && value.every((name) => typeof name === 'string');

const isGiven = (type: Fields, name: string): boolean => type[name] !== undefined;

const faultInHeaders = ({ headers = {}, keyHeader = 'authorization' }: Fields): string | undefined => {
  try {
    for (const [name, value] of Object.entries({ ...(headers as Fields), [keyHeader as string]: 'key' })) {
      validateHeaderName(name);
      validateHeaderValue(name, value as string);
    }
    return undefined;
  } catch (cause) {
    return `has an invalid header: ${wordsOf(cause)}`;
  }
};

const faultInTranslate = ({ translate }: Fields): string | undefined => {
  if (translate === undefined) return undefined;
  const { answer, stream, models, framing = 'events' } = translate as Fields;
  if (typeof answer !== 'function' || typeof stream !== 'function') {
    return 'has `translate` without the functions `answer` and `stream`';
  }
  if (models !== undefined && typeof models !== 'function') return 'has `translate.models` that is not a function';
  return framing === 'events' || framing === 'lines'
    ? undefined
    : `has \`translate.framing\` '${String(framing)}'. Expected events or lines`;
};
