import { type Fields, isAbsent } from '../fields.js';
import { fullTextAt, listAt, type Omitted, objectAt, refuseAt, textAt } from './read-field.js';

/** Reads a content block into parts of a chat message. `at` is its place in the request. */
type ReadBlock = (block: Fields, at: string, omitted: Omitted) => readonly Fields[];

const NO_FILES = '429chain keeps no files. Send the content itself, as base64.';

const textPart = (text: string): readonly Fields[] => (text === '' ? [] : [{ type: 'text', text }]);

/** Joins the texts that are there with a blank line between them. */
const paragraphs = (...texts: readonly unknown[]): string =>
  texts.filter((text) => typeof text === 'string' && text !== '').join('\n\n');

const readImage: ReadBlock = (block, at) => {
  const source = objectAt(block.source, `${at}.source`);
  switch (source.type) {
    case 'base64': {
      const type = fullTextAt(source.media_type, `${at}.source.media_type`);
      const url = `data:${type};base64,${base64At(source.data, `${at}.source.data`)}`;
      return [{ type: 'image_url', image_url: { url } }];
    }
    case 'url':
      return [{ type: 'image_url', image_url: { url: fullTextAt(source.url, `${at}.source.url`) } }];
    case 'file':
      return refuseAt(`${at}.source`, NO_FILES);
    default:
      return refuseAt(`${at}.source.type`, 'Expected base64 or url.');
  }
};

/** Clients send the whole `data:` URL by mistake. */
const base64At = (value: unknown, at: string): string => {
  const data = fullTextAt(value, at);
  return data.startsWith('data:') ? refuseAt(at, 'Expected base64 without "data:…;base64," in front.') : data;
};

/** A text document becomes text with its title first; a PDF becomes a file. */
const readDocument: ReadBlock = (block, at, omitted) => {
  const { title, context } = block;
  const source = objectAt(block.source, `${at}.source`);
  const citations = block.citations as { enabled?: unknown } | null | undefined;
  if (citations?.enabled === true) omitted.add('citations: chat completions do not have them');
  const withTitle = (parts: readonly Fields[]): readonly Fields[] => [
    ...textPart(paragraphs(title, context)),
    ...parts,
  ];
  switch (source.type) {
    case 'text':
      return textPart(paragraphs(title, context, textAt(source.data, `${at}.source.data`)));
    case 'content':
      return withTitle(readParts(source.content, `${at}.source.content`, CONTENT, omitted));
    case 'base64':
      return readFile(source, `${at}.source`, { title, context });
    case 'file':
      return refuseAt(`${at}.source`, NO_FILES);
    case 'url':
      return refuseAt(`${at}.source`, 'Chat completions do not take documents by URL. Send the content, as base64.');
    default:
      return refuseAt(`${at}.source.type`, 'Expected base64, text or content.');
  }
};

const readFile = ({ media_type, data }: Fields, at: string, { title, context }: Fields): readonly Fields[] => {
  const type = isAbsent(media_type) ? 'application/pdf' : textAt(media_type, `${at}.media_type`);
  const base64 = base64At(data, `${at}.data`);
  if (type.startsWith('text/')) return textPart(paragraphs(title, context, Buffer.from(base64, 'base64').toString()));
  const name = typeof title === 'string' && title !== '' ? title : 'document';
  const filename = type === 'application/pdf' && !/\.pdf$/i.test(name) ? `${name}.pdf` : name;
  const file = { filename, file_data: `data:${type};base64,${base64}` };
  return [...textPart(paragraphs(context)), { type: 'file', file }];
};

const readSearchResult: ReadBlock = ({ title, source, content }, at, omitted) => {
  const texts = readParts(content, `${at}.content`, TEXT, omitted).map(({ text }) => text);
  return textPart(paragraphs(title, source, ...texts));
};

const TEXT: Readonly<Record<string, ReadBlock>> = {
  text: ({ text }, at) => textPart(textAt(text, `${at}.text`)),
};

/** The blocks inside of documents. */
const CONTENT: Readonly<Record<string, ReadBlock>> = { ...TEXT, image: readImage };

/** The blocks of a user's message and of a tool's result, apart from those for tools. */
export const USER_BLOCKS: Readonly<Record<string, ReadBlock>> = {
  ...CONTENT,
  document: readDocument,
  search_result: readSearchResult,
  tool_reference: ({ tool_name }, at) => textPart(`Tool found: ${textAt(tool_name, `${at}.tool_name`)}`),
};

/** The blocks of an assistant's message that are text. */
export const ASSISTANT_BLOCKS: Readonly<Record<string, ReadBlock>> = {
  ...TEXT,
  document: readDocument,
  search_result: readSearchResult,
  // The summary that replaces what came before.
  compaction: ({ content }) => textPart(paragraphs(content)),
};

/** The only blocks of a system prompt. */
export const SYSTEM_BLOCKS = TEXT;

/**
 * Reads content: a string or a list of blocks.
 * @param blocks the types that may occur
 * @throws ChainError `invalid_request` for a block that a chat completion cannot contain
 */
export const readParts = (
  content: unknown,
  at: string,
  blocks: Readonly<Record<string, ReadBlock>>,
  omitted: Omitted,
): readonly Fields[] => {
  if (typeof content === 'string') return textPart(content);
  return blocksAt(content, at).flatMap((block, index) => {
    const place = `${at}.${index}`;
    return readBlock(objectAt(block, place), place, blocks, omitted);
  });
};

/** The blocks of content that is no string. @throws ChainError `invalid_request` */
export const blocksAt = (content: unknown, at: string): readonly unknown[] =>
  Array.isArray(content) || isAbsent(content) ? listAt(content, at) : refuseAt(at, 'Expected a string or a list.');

/** Reads one block. @throws ChainError `invalid_request` */
export const readBlock = (
  block: Fields,
  at: string,
  blocks: Readonly<Record<string, ReadBlock>>,
  omitted: Omitted,
): readonly Fields[] => {
  const type = textAt(block.type, `${at}.type`);
  if (isOfServer(type)) {
    omitted.add(`${type} blocks of earlier answers: other providers cannot use them`);
    return [];
  }
  const read = Object.hasOwn(blocks, type) ? blocks[type] : undefined;
  if (read === undefined) return refuseAt(`${at}.type`, `429chain cannot send a "${type}" block here.`);
  return read(block, at, omitted);
};

/** Blocks that tell how an earlier answer was made: its text says what came of it. */
const isOfServer = (type: string): boolean =>
  ['thinking', 'redacted_thinking', 'server_tool_use', 'mcp_tool_use'].includes(type) ||
  (type.endsWith('_tool_result') && type !== 'tool_result');

/** Parts as the content of a chat message: a string if all of them are text. */
export const contentOf = (parts: readonly Fields[], separator = '\n\n'): string | readonly Fields[] =>
  parts.every(({ type }) => type === 'text') ? parts.map(({ text }) => text).join(separator) : parts;
