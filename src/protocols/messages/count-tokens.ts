import type { ProtocolCall } from '../../plugin/door/protocol.js';
import { fieldsIn, isFields } from '../../plugin/fields.js';
import type { Fields } from '../fields.js';
import { imageSizeOf } from './image-size.js';

/** Tokens of a picture whose size is unknown, and of a short document. */
const UNKNOWN_MEDIA = 1_600;
const PIXELS_PER_TOKEN = 750;
/** Anthropic makes larger pictures smaller. */
const LONGEST_EDGE = 1_568;
/** Base64 characters per token of a document, roughly. */
const FILE_CHARACTERS_PER_TOKEN = 40;

/** Clients compact a conversation by this number: rather too many than too few. */
const MARGIN = 1.1;

/** Estimates the tokens of a prompt: its messages with pictures, and its tools. */
export const inputTokensOf = (
  { messages, tools, response_format }: Fields,
  call: Pick<ProtocolCall, 'countTokens'>,
): number => {
  let media = 0;
  const withoutMedia = fieldsIn(messages).map((message) => {
    const { content } = message;
    if (!Array.isArray(content)) return message;
    const texts = content.filter((part) => {
      const tokens = isFields(part) ? mediaTokensOf(part) : undefined;
      media += tokens ?? 0;
      return tokens === undefined;
    });
    return { ...message, content: texts };
  });
  const format = isFields(response_format) ? { response_format } : {};
  return media + call.countTokens({ messages: withoutMedia, tools: tools ?? [], ...format });
};

/** Answers `POST /v1/messages/count_tokens`. */
export const countedTokens = (body: Fields, call: Pick<ProtocolCall, 'countTokens'>): Fields => ({
  input_tokens: Math.ceil(inputTokensOf(body, call) * MARGIN),
});

const mediaTokensOf = ({ type, image_url: image, file }: Fields): number | undefined => {
  if (type === 'image_url') return imageTokensOf(isFields(image) ? image.url : undefined);
  if (type !== 'file') return undefined;
  const data = isFields(file) && typeof file.file_data === 'string' ? file.file_data : '';
  return Math.max(UNKNOWN_MEDIA, Math.ceil(data.length / FILE_CHARACTERS_PER_TOKEN));
};

const imageTokensOf = (url: unknown): number => {
  const size = typeof url === 'string' ? imageSizeOf(url) : undefined;
  if (size === undefined) return UNKNOWN_MEDIA;
  const [width, height] = size;
  const scale = Math.min(1, LONGEST_EDGE / Math.max(width, height, 1));
  return Math.ceil((width * scale * height * scale) / PIXELS_PER_TOKEN);
};
