import { TITLE_RANK } from './error-names.js';
import type { ErrorWords } from './error-walk.js';

/** Words that say no more than the status does. */
const LABEL =
  /^(?:(?:http )?(?:error )?(?:status )?(?:code:? )?[45]\d\d[:,\s-]{1,4})?(?:(?:an? )?(?:unknown|unexpected|internal|generic)?\s?(?:api|http|server|client|provider)?\s?(?:error|failure|exception)(?: (?:occurred|has occurred))?|bad request|(?:request contains an )?invalid argument|unauthorized|payment required|forbidden|not found|method not allowed|request timeout|conflict|gone|(?:payload|content|request entity) too large|unprocessable (?:entity|content)|too many requests|internal server error|bad gateway|service unavailable|gateway time-?out|fail(?:ed|ure)?|invalid|invalid request|invalid_request_error|validation (?:failed|error)|something went wrong|request failed(?: with status(?: code)? \d{3})?)[.!]?$/i;

/** Words that say that the real ones are elsewhere. */
const POINTER =
  /^(?:error from provider \([^)]{1,64}\): )?(?:(?:the )?(?:upstream )?provider returned (?:an )?error|(?:error from (?:the )?)?(?:upstream|provider|upstream provider|backend)(?: request)?(?: error| failed| returned an error)?)[.:]?$/i;

/**
 * The words that say most: a sentence before a title, a title before a name, a name before a label such as `Bad Request`; then the
 * error itself before what is said about it, the innermost first. Words of one list are joined.
 */
export const mostSpecific = (words: readonly ErrorWords[]): string => {
  const ordered = words
    .map((each) => ({ ...each, vague: vagueness(each) }))
    .toSorted(
      (one, other) =>
        one.vague - other.vague ||
        Number(other.envelope) - Number(one.envelope) ||
        other.depth - one.depth ||
        one.rank - other.rank,
    );
  const [best] = ordered;
  if (best === undefined) return '';
  const same = ordered.filter(
    ({ vague, envelope, depth, rank }) =>
      vague === best.vague && envelope === best.envelope && depth === best.depth && rank === best.rank,
  );
  const said = [...new Set(same.map(({ text }) => text))].join('; ');
  const pointer = ordered.find(({ text }) => POINTER.test(text))?.text;
  return pointer === undefined || best.envelope || POINTER.test(said)
    ? said
    : `${pointer.replace(/[.:]$/, '')}: ${said}`;
};

/** 0 for a sentence to 3 for words without content. */
const vagueness = ({ text, rank }: ErrorWords): number => {
  if (text.length > 300) return 0;
  if (LABEL.test(text)) return 3;
  if (POINTER.test(text) || (rank > 0 && !/\s/.test(text))) return 2;
  return rank === TITLE_RANK ? 1 : 0;
};
