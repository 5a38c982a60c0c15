import type { ChainRules } from '../../config/settings.js';
import type { ModelView } from '../../contract/models.js';
import type { FreeStanding, TrainingStanding } from '../../contract/standing.js';
import type { TargetFacts } from './facts.js';
import { freeOf } from './free.js';
import { trainingOf } from './training.js';

/** The models that a provider listed when it was asked last. Another list is another object. */
export interface ReadList {
  /** Returns a model by its id; `undefined` if the list lacks it. */
  readonly find: (model: string) => ModelView | undefined;
  /** Epoch ms. */
  readonly readAt: number;
}

/** Where the list of a provider is found. It changes in place. */
export interface ListHolder {
  /** Absent while no list was read. */
  readonly list?: ReadList | undefined;
}

/** The rule of a chain that keeps a target from being asked. */
export interface Bar {
  readonly rule: keyof ChainRules;
  readonly reason: string;
}

const NO_LIST: ListHolder = {};

/** What the rules of chains need to know about one target. Worked out once, and again when its provider's list changes. */
export class Standing {
  readonly #facts: TargetFacts;
  readonly #findList: () => ListHolder;
  #holder: ListHolder | undefined;
  #seen: ReadList | undefined;
  #free: FreeStanding | undefined;
  #training: TrainingStanding | undefined;
  #notFree: Bar | undefined;
  #mayTrain: Bar | undefined;

  /** `findList` is called once, when the standing is first looked at. */
  constructor(facts: TargetFacts, findList: () => ListHolder = () => NO_LIST) {
    this.#facts = facts;
    this.#findList = findList;
  }

  get free(): FreeStanding {
    this.#holder ??= this.#findList();
    const { list } = this.#holder;
    if (this.#free !== undefined && list === this.#seen) return this.#free;
    this.#seen = list;
    const model = list?.find(this.#facts.model);
    this.#free = freeOf(this.#facts, list && model && { model, readAt: list.readAt });
    this.#notFree = barOfFree(this.#free);
    return this.#free;
  }

  get training(): TrainingStanding {
    if (this.#training !== undefined) return this.#training;
    this.#training = trainingOf(this.#facts);
    this.#mayTrain = barOfTraining(this.#training);
    return this.#training;
  }

  /** Returns the first rule that the target breaks; `undefined` if it may be asked. */
  barBy({ freeOnly, noTraining }: ChainRules): Bar | undefined {
    if (freeOnly !== undefined && this.free.free !== true) return this.#notFree;
    return noTraining !== undefined && this.training.training !== 'no' ? this.#mayTrain : undefined;
  }
}

/** Returns the first rule of a chain that keeps a target from being asked; `undefined` if it may be asked. */
export const barOf = (
  { standing }: { readonly standing: Standing },
  { rules }: { readonly rules?: ChainRules | undefined },
): Bar | undefined => (rules === undefined ? undefined : standing.barBy(rules));

const barOfFree = (standing: FreeStanding): Bar | undefined => {
  return standing.free === true ? undefined : { rule: 'freeOnly', reason: freeText(standing) };
};

const barOfTraining = (standing: TrainingStanding): Bar | undefined => {
  return standing.training === 'no' ? undefined : { rule: 'noTraining', reason: trainingText(standing) };
};

const FREE_HEADS = { true: 'free', false: 'not free', unknown: 'not known to be free' } as const;
const TRAINING_HEADS = { no: 'private', may: 'not private', unknown: 'not known to be private' } as const;

/** Returns whether a target is free, with the grounds, in one line: `free: its provider lists it as free [the list, 2026-11-30]`. */
export const freeText = (standing: FreeStanding): string => groundsText(FREE_HEADS[`${standing.free}`], standing);

/** Returns whether a target's provider trains on requests, with the grounds, in one line. */
export const trainingText = (standing: TrainingStanding): string =>
  groundsText(TRAINING_HEADS[standing.training], standing);

/** The host of an address; any other source stays as it is. */
const siteOf = (source: string): string => (URL.canParse(source) ? new URL(source).host : source);

const groundsText = (head: string, { why, source, date }: FreeStanding | TrainingStanding): string => {
  const read = [source && siteOf(source), date].filter((each) => each !== undefined).join(', ');
  return `${head}: ${why}${read === '' ? '' : ` [${read}]`}`;
};
