/** Reads bodies that are not JSON: pages and lines of text, usually by a gateway in front of the API. */

const LONGEST_LINE = 500;

const ENTITIES: ReadonlyMap<string, string> = new Map([
  ['amp', '&'],
  ['lt', '<'],
  ['gt', '>'],
  ['quot', '"'],
  ['apos', "'"],
  ['#39', "'"],
  ['nbsp', ' '],
]);

/** What a page is about, the surest first: its title, or its first heading. An XML error has a message. */
const TITLES: readonly RegExp[] = [
  /<title\b[^>]{0,200}>([^<]{1,500})/i,
  /<h[1-3]\b[^>]{0,200}>([^<]{1,500})/i,
  /<(?:\w{1,20}:)?(?:message|faultstring|description|detail)\b[^>]{0,200}>([^<]{1,500})/i,
];

/** One line that says what a text or HTML body is: the text itself, its first line if it is long, or the page's title. */
export const summaryOfText = (text: string): string => {
  if (!/^\s{0,100}</.test(text)) return lineOf(text);
  for (const title of TITLES) {
    const words = lineOf(decoded(title.exec(text)?.[1] ?? ''));
    if (words !== '') return /<html|<!doctype html/i.test(text.slice(0, 1000)) ? `an HTML page: ${words}` : words;
  }
  return 'an HTML page without a title';
};

const lineOf = (text: string): string => {
  const trimmed = text.trim();
  const line = trimmed.length > LONGEST_LINE ? (trimmed.split('\n', 1)[0] as string) : trimmed;
  return line.slice(0, LONGEST_LINE).replace(/\s+/g, ' ').trim();
};

/** Text of a page without its entities: `&quot;` → `"`. */
export const decoded = (text: string): string =>
  text.replace(/&(#?\w{1,8});/g, (entity, name: string) => ENTITIES.get(name.toLowerCase()) ?? entity);
