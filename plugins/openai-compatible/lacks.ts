import type { MediaKind } from '429chain/plugin';

const NO = `(?:do(?:es)?n['o]t|do(?:es)? not|cannot|can't|not|un|no longer|isn't|aren't)`;
const kindSays = (words: string, part: string): RegExp =>
  new RegExp(
    [
      // This model does not support image input. No endpoints found that support image input.
      String.raw`\b${NO} ?(?:support|accept|handle|process|take|allow|enabled?)(?:ed|s)?(?: for)?(?: the| any)? (?:${words})`,
      String.raw`\bendpoints found that (?:support|can handle) (?:${words})`,
      // Image input is not enabled for this model. Images are not supported.
      String.raw`\b(?:${words})(?: \w{1,12}){0,3} (?:is|are) (?:not (?:supported|enabled|allowed|available|accepted)|unsupported|only supported by)`,
      // Unsupported content part type: "image_url". Content type image_url is not supported. unknown variant \`image_url\`
      String.raw`\b(?:unsupported|unknown|unexpected|invalid (?:content|message|part)(?: part)? type)\b.{0,60}\b${part}\b`,
      String.raw`\b${part}['"\`]?(?: \w{1,12}){0,4} (?:is|are) (?:not (?:supported|allowed|permitted|enabled|a valid)|unsupported|only supported by)`,
    ].join('|'),
    'i',
  );

/** What refusals say about parts of messages. A broken image or an address that cannot be read is no such refusal. */
const ROWS: readonly { readonly says: RegExp; readonly lacks: readonly MediaKind[] }[] = [
  { says: kindSays('images?|pictures?|vision|multi-?modal', 'image_url'), lacks: ['images'] },
  {
    says: /\bAt most 0 images?\b|\bnot a (?:multi-?modal|vision) model\b|\bmissing data required for image input\b/i,
    lacks: ['images'],
  },
  { says: kindSays('files?|pdfs?|documents?', '(?:file|input_file)'), lacks: ['files'] },
  { says: kindSays('audio', 'input_audio'), lacks: ['audio'] },
  { says: /\bAt most 0 audios?\b/i, lacks: ['audio'] },
  // Only for a request with such parts, whose other parts became strings before.
  {
    says: /\bcontent\b.{0,60}\b(?:must|should) be (?:a |of type )?(?:plain )?['"`]?string\b/i,
    lacks: ['images', 'files', 'audio'],
  },
  {
    says: /\bparameter['"]? ?illegal.{0,80}\[['"]text['"]\]|取值范围.{0,20}\[['"]text['"]\]/i,
    lacks: ['images', 'files', 'audio'],
  },
];

const BROKEN =
  /\b(?:image|file|audio|picture|document)(?:_url)?\b.{0,60}\b(?:format|size|too (?:large|big|many)|download|fetch|decode|corrupt\w*|invalid base64|mime)\b|\b(?:download|fetch|decode|load)\w*\b.{0,40}\b(?:image|file|audio|picture)\b/i;

/** Returns which parts of messages a target does not take, from what its refusal says. */
export const lacksIn = (message: string): readonly MediaKind[] =>
  BROKEN.test(message) ? [] : [...new Set(ROWS.filter(({ says }) => says.test(message)).flatMap(({ lacks }) => lacks))];
