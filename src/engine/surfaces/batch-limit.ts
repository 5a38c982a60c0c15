/** How many inputs one request may have, in the sentences of providers. The first group is the number. */
const SENTENCES: readonly RegExp[] = [
  // Gemini: "at most 100 requests can be in one batch"; Cohere: "total number of texts must be at most 96".
  /\b(?:batch|texts?|inputs?|requests?|documents?|items?|array)\b[^.]{0,80}\b(?:at most|no more than|less than or equal to|<=|maximum of|up to)\s*(\d+)/i,
  /\bat most (\d+) (?:requests?|inputs?|texts?|items?|documents?)\b/i,
  // TEI: "batch size 33 > maximum allowed batch size 32"; OpenAI: "Maximum length is 2048 items".
  /\bmax(?:imum)?(?: allowed)?(?: client)? batch size(?: is| of|:)? (\d+)/i,
  /\bmaximum length(?: is)? (\d+)(?!\d| ?(?:tokens|char))/i,
  // Voyage: "The batch size limit is 128."; DashScope: "batch size is invalid, it should not be larger than 10".
  /\bbatch size limit is (\d+)/i,
  /\bbatch size\b[^.]{0,60}\bnot be (?:larger|greater) than (\d+)/i,
];

/** A limit over time says nothing about one request. */
const RATE = /\bper (?:second|minute|hour|day)\b/i;

/** Returns how many inputs a refusal of a request with `count` inputs allows; `undefined` if it does not say. */
export const mostInputsIn = (message: string, count: number): number | undefined => {
  if (RATE.test(message)) return undefined;
  for (const sentence of SENTENCES) {
    const most = Number(sentence.exec(message)?.[1]);
    if (most >= 1 && most < count) return most;
  }
  return undefined;
};
