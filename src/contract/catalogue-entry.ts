/**
 * What one provider gives for free, as a file of catalogue/ states it.
 * Generated from schemas/catalogue.schema.json by `npm run generate`: change the schema, not this file.
 */

/**
 * recurring: an amount that comes back · zero-price: models that cost nothing, for as long as the offer lasts · keyless: without a key · one-time: an amount that is given once · own: a server of your own · none: nothing is free.
 */
export type OfferKind = 'recurring' | 'zero-price' | 'keyless' | 'one-time' | 'own' | 'none';
export type ModelPattern = string;
/**
 * The amount.
 */
export type Count = number;
export type Price = number;
/**
 * A: the provider's own page, quoted with its date · B: measured · C: third parties agree · D: a single report, or reports that differ.
 */
export type Trust = 'A' | 'B' | 'C' | 'D';

/**
 * What one provider gives for free: one file of catalogue/, named after the provider.
 */
export interface CatalogueEntry {
  /**
   * The address of this schema, for editors.
   */
  $schema?: string;
  /**
   * The provider's name, such as 'Groq'.
   */
  title: string;
  /**
   * The provider type in 429chain. Absent if there is none.
   */
  type?: string;
  /**
   * What is free, in one or two sentences for a person who chooses a provider.
   */
  summary: string;
  key?: Key;
  /**
   * What the provider gives. An offer of the kind 'none' says that there is nothing.
   *
   * @minItems 1
   */
  offers: Offer[];
  training: Training;
}
/**
 * How a person gets a key. Absent if no key is needed, or if there is none to get.
 */
export interface Key {
  /**
   * The page where a person gets a key.
   */
  url: string;
  /**
   * Whether a card or another payment method is needed. Absent: unknown.
   */
  card?: boolean;
  /**
   * About how many minutes it takes to get a key.
   */
  minutes?: number;
  /**
   * What else is needed, such as a phone number, in one sentence.
   */
  note?: string;
}
export interface Offer {
  kind: OfferKind;
  /**
   * What is given, in a few words, such as 'the Flash models'.
   */
  what?: string;
  /**
   * The models that it covers: 'all' that the provider lists, or patterns of their ids. Absent: only the provider's documentation, or its list of models, says which; also for a credit, because what it pays for is not free.
   */
  models?: 'all' | ModelPattern[];
  /**
   * Patterns of models that it does not cover.
   *
   * @minItems 1
   */
  except?: ModelPattern[];
  /**
   * Ids of models that it covers, the best to begin with first.
   *
   * @minItems 1
   */
  examples?: ModelPattern[];
  /**
   * How much it gives.
   *
   * @minItems 1
   */
  limits?: OfferLimit[];
  /**
   * What else a person should know, in one or two sentences.
   */
  note?: string;
  /**
   * The page where this was read.
   */
  source?: string;
  /**
   * The day on which it was read or measured.
   */
  date?: string;
  trust?: Trust;
}
/**
 * A limit, in the words of limits in the configuration.
 */
export interface OfferLimit {
  requests?: Count;
  tokens?: Count;
  input_tokens?: Count;
  output_tokens?: Count;
  /**
   * An amount in the provider's own units, which `unit` names.
   */
  units?: number;
  /**
   * What is counted, such as 'neurons' or 'US dollars'.
   */
  unit?: string;
  concurrent?: Count;
  /**
   * A rolling window of this length.
   */
  per?: string;
  /**
   * A window by the calendar.
   */
  each?: 'day' | 'week' | 'month';
  /**
   * The time zone of `each`. Default: UTC.
   */
  zone?: string;
  /**
   * It is given once and does not come back.
   */
  once?: true;
  /**
   * What models cost in these units: for each request, for 1,000 tokens of the prompt and for 1,000 tokens of the answer.
   */
  costs?: {
    [k: string]: Cost;
  };
  /**
   * Patterns of the models that it holds for. Default: those of the offer.
   *
   * @minItems 1
   */
  models?: ModelPattern[];
  /**
   * Patterns of models that it does not hold for.
   *
   * @minItems 1
   */
  except?: ModelPattern[];
  /**
   * What shares the limit: all models of the account, or of the IP address without a key ('provider'), or each model on its own ('target', the default).
   */
  scope?: 'provider' | 'target';
  /**
   * The models of this pool of the account share the limit.
   */
  pool?: string;
  /**
   * 429chain keeps this limit until the provider states one. Only for limits that are measured or that the provider states.
   */
  assumed?: true;
  /**
   * What else a person should know, in one sentence.
   */
  note?: string;
}
export interface Cost {
  request?: Price;
  input?: Price;
  output?: Price;
}
/**
 * Whether the provider trains models on what it is sent for free.
 */
export interface Training {
  /**
   * no: it does not train on it · may: it trains, or reserves the right to · unknown: no statement was found.
   */
  posture: 'no' | 'may' | 'unknown';
  /**
   * What depends on the account or the country, in one sentence.
   */
  note?: string;
  /**
   * The page where this was read.
   */
  source?: string;
  /**
   * The day on which it was read.
   */
  date?: string;
}
