/** A number, perhaps with separators, that counts inputs: no unit of length or size stands behind it. */
const NUMBER =
  '(\\d{1,3}(?:[,_]\\d{3})+|\\d+)(?![\\d,_]*[\\d]|\\s*-?\\s*(?:tokens?|char|words?|bytes?|[kmg]i?b\\b|dimension|second))';
const INPUTS = '(?:inputs?|texts?|items?|documents?|instances?|requests?)';

/** How many inputs one request may have, in the sentences of providers. The first group is the number. */
const SENTENCES: readonly RegExp[] = [
  // Gemini: "at most 100 requests can be in one batch"; Cohere: "total number of texts must be at most 96".
  `\\b(?:batch|array|${INPUTS})\\b[^.]{0,80}\\b(?:at most|no more than|less than or equal to|<=|maximum of|up to)\\s*${NUMBER}`,
  `\\b(?:at most|up to|maximum(?: of)?) ${NUMBER} ${INPUTS}\\b`,
  `\\bmax(?:imum)? number of ${INPUTS}(?: is| of|:)? ${NUMBER}`,
  // TEI: "batch size 33 > maximum allowed batch size 32", and shorter; OpenAI: "Maximum length is 2048 items".
  `\\bmax(?:imum)?(?: allowed)?(?: client)? batch size(?: is| of|:)? ${NUMBER}`,
  `\\bbatch size \\d+ > ${NUMBER}`,
  `\\bmaximum length(?: is)? ${NUMBER}`,
  // Voyage: "The batch size limit is 128."; DashScope: "batch size is invalid, it should not be larger than 10".
  `\\bbatch size limit is ${NUMBER}`,
  `\\b(?:batch size|number of ${INPUTS})\\b[^.]{0,60}\\b(?:not be (?:larger|greater) than|not exceed|exceeds (?:the )?(?:limit|maximum)(?: of)?) ${NUMBER}`,
].map((sentence) => new RegExp(sentence, 'i'));

/** A limit over time, of the length of an input, or of the tokens of a request says nothing about the number of inputs. */
const OTHER =
  /\bper (?:second|minute|hour|day)\b|\b(?:input|text|sequence|prompt|context) length\b|\btokens? (?:in|per|of) (?:a |an |the |each |one )?(?:batch|request)\b/i;

/** Returns how many inputs a refusal of a request with `count` inputs allows; `undefined` if it does not say. */
export const mostInputsIn = (message: string, count: number): number | undefined => {
  if (OTHER.test(message)) return undefined;
  for (const sentence of SENTENCES) {
    const most = Number(sentence.exec(message)?.[1]?.replace(/[,_]/g, ''));
    if (most >= 1 && most < count) return most;
  }
  return undefined;
};
