import type { Fields } from '429chain/plugin';
import { refuse } from './fields.js';

/** How the base64 of a picture begins, by its type. */
const BEGINNINGS: readonly (readonly [beginning: string, type: string])[] = [
  ['/9j/', 'image/jpeg'],
  ['iVBORw', 'image/png'],
  ['R0lGOD', 'image/gif'],
  ['UklGR', 'image/webp'],
];

/** Returns the content of a message with pictures, which are base64, as chat completions have it. @throws ChainError */
export const contentOf = (text: string, images: unknown, at: string): string | readonly Fields[] => {
  const pictures = picturesOf(images, at);
  if (pictures.length === 0) return text;
  return [...(text === '' ? [] : [{ type: 'text', text }]), ...pictures];
};

const picturesOf = (images: unknown, at: string): readonly Fields[] => {
  if (images === undefined || images === null) return [];
  if (!Array.isArray(images)) return refuse(at, 'Expected a list of base64 strings.');
  return images.map((image: unknown, index) => {
    if (typeof image !== 'string' || image === '') return refuse(`${at}[${index}]`, 'Expected a base64 string.');
    return { type: 'image_url', image_url: { url: urlOf(image, `${at}[${index}]`) } };
  });
};

const urlOf = (image: string, at: string): string => {
  if (/^(?:data:image\/|https?:\/\/)/i.test(image)) return image;
  const type = BEGINNINGS.find(([beginning]) => image.startsWith(beginning))?.[1];
  return type === undefined
    ? refuse(at, 'Expected a JPEG, PNG, GIF or WebP picture as base64.')
    : `data:${type};base64,${image}`;
};
