/** A provider says what happened at the beginning of its message. What follows may be the request. */
const MOST = 1_000;
/** A quotation of this length is a piece of the prompt or of an answer, not a name. */
const LONG = '{33,8192}';

/** An opening quotation mark: it does not follow a word, and a word follows it. */
const opening = (mark: string): string => String.raw`(?<![\w\\])${mark}(?=\S)`;

/** Errors inside a message as JSON or as a Python dictionary: the provider's words, not a quotation. */
const FIELD = String.raw`(?<!["'](?:message|error|detail|details|title|msg|reason|description)["']\s?:\s?["'])`;

/** An opening mark, more than 32 characters, and a closing mark. Some messages are cut before the closing mark. */
const QUOTATIONS = new RegExp(
  [
    String.raw`${opening('"')}${FIELD}(?:[^"\\]|\\[^])${LONG}(?:"|$)`,
    String.raw`${opening("'")}${FIELD}(?:[^'\\]|\\[^]|(?<=\w)'(?=\w))${LONG}'(?!\w)`,
    `${opening('`')}[^\`]${LONG}(?:\`|$)`,
    `[“„][^“”]${LONG}(?:[”“]|$)`,
    `«[^«»]${LONG}(?:»|$)`,
    `「[^「」]${LONG}(?:」|$)`,
  ].join('|'),
  'g',
);

/**
 * The provider's own words in a message: without quotations of more than 32 characters, which may be the prompt. For logs,
 * `withoutQuotations` of the door is stricter.
 */
export const ownWords = (message: string): string => message.replace(QUOTATIONS, '…');

/**
 * The part of an error message in which phrases are looked for: its beginning, without quotations of more than 32
 * characters. So a prompt about rate limits that the provider quotes is not taken for a limit.
 */
export const phrasesOf = (message: string): string => ownWords(message).slice(0, MOST);
