import { isFields } from '../../plugin/fields.js';
import { type Fields, isAbsent, objectAt, present, quoted, refuseField, textAt } from '../fields.js';

const textPart = (part: Fields, at: string): Fields => ({ type: 'text', text: textAt(part.text, `${at}.text`) });

const DETAILS: readonly unknown[] = ['low', 'high', 'auto'];

const imagePart = ({ image_url: image, detail, file_id: file }: Fields, at: string): Fields => {
  if (!isAbsent(file)) refuseField(`${at}.file_id`, 'refers to an uploaded file, which 429chain does not have');
  // Some clients send the object of a chat completion here.
  if (isFields(image)) {
    textAt(image.url, `${at}.image_url.url`);
    return { type: 'image_url', image_url: image };
  }
  const known = DETAILS.includes(detail) ? detail : undefined;
  return { type: 'image_url', image_url: present({ url: textAt(image, `${at}.image_url`), detail: known }) };
};

const filePart = ({ file_id: file, file_url: url, file_data, filename, file: whole }: Fields, at: string): Fields => {
  if (!isAbsent(file)) refuseField(`${at}.file_id`, 'refers to an uploaded file, which 429chain does not have');
  if (!isAbsent(url)) refuseField(`${at}.file_url`, 'has no form in a chat completion');
  if (!isAbsent(whole)) return { type: 'file', file: objectAt(whole, `${at}.file`) };
  return { type: 'file', file: present({ filename, file_data: textAt(file_data, `${at}.file_data`) }) };
};

/** The parts of a message in the form of the Responses API, and of a chat completion. */
const PARTS: Readonly<Record<string, (part: Fields, at: string) => Fields>> = {
  input_text: textPart,
  output_text: textPart,
  text: textPart,
  refusal: (part, at) => ({ type: 'text', text: textAt(part.refusal, `${at}.refusal`) }),
  input_image: imagePart,
  image_url: imagePart,
  input_file: filePart,
  file: filePart,
  computer_screenshot: imagePart,
};

/**
 * Returns the content of a chat message: a string where it is one text, and a list of parts otherwise.
 * @param content a string or a list of parts, at `at` in the request
 * @throws ChainError `invalid_request` for a part that a chat completion cannot contain
 */
export const readContent = (content: unknown, at: string): string | readonly Fields[] => {
  if (typeof content === 'string') return content;
  // Some clients send it beside tool calls.
  if (content === null) return '';
  if (!Array.isArray(content)) return refuseField(at, 'must be a string or an array');
  const parts = content.map((each: unknown, index) => {
    const where = `${at}[${index}]`;
    const part = objectAt(each, where);
    const type = textAt(part.type, `${where}.type`);
    const read = Object.hasOwn(PARTS, type) ? PARTS[type] : undefined;
    return (
      read?.(part, where) ?? refuseField(`${where}.type`, `is ${quoted(type)}, which a chat completion cannot contain`)
    );
  });
  const [only, ...more] = parts;
  if (only === undefined) return '';
  return more.length === 0 && only.type === 'text' ? String(only.text) : parts;
};
