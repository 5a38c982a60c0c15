/** Width and height in pixels. */
export type ImageSize = readonly [width: number, height: number];

/** Base64 characters that are decoded: the size stands near the beginning, in JPEG behind its metadata. */
const LONGEST_HEAD = 256 * 1_024;

interface Format {
  /** The first bytes of the file, as Latin-1. */
  readonly begins: RegExp;
  readonly sizeIn: (bytes: Buffer) => ImageSize | undefined;
}

const sizeInJpeg = (bytes: Buffer): ImageSize | undefined => {
  for (let at = 2; at + 9 < bytes.length; ) {
    if (bytes[at] !== 0xff) return undefined;
    const marker = bytes[at + 1] as number;
    const isFrame = marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker);
    if (isFrame) return [bytes.readUInt16BE(at + 7), bytes.readUInt16BE(at + 5)];
    at += marker === 0xff ? 1 : 2 + bytes.readUInt16BE(at + 2);
  }
  return undefined;
};

const sizeInWebp = (bytes: Buffer): ImageSize | undefined => {
  switch (bytes.toString('latin1', 12, 16)) {
    case 'VP8X':
      return [bytes.readUIntLE(24, 3) + 1, bytes.readUIntLE(27, 3) + 1];
    case 'VP8L': {
      const bits = bytes.readUInt32LE(21);
      return [(bits & 0x3fff) + 1, ((bits >>> 14) & 0x3fff) + 1];
    }
    case 'VP8 ':
      return [bytes.readUInt16LE(26) & 0x3fff, bytes.readUInt16LE(28) & 0x3fff];
    default:
      return undefined;
  }
};

const FORMATS: readonly Format[] = [
  { begins: /^\x89PNG\r\n/, sizeIn: (bytes) => [bytes.readUInt32BE(16), bytes.readUInt32BE(20)] },
  { begins: /^GIF8/, sizeIn: (bytes) => [bytes.readUInt16LE(6), bytes.readUInt16LE(8)] },
  { begins: /^\xff\xd8/, sizeIn: sizeInJpeg },
  { begins: /^RIFF[\s\S]{4}WEBP/, sizeIn: sizeInWebp },
];

/** Returns the size of a picture in a `data:` URL; `undefined` for a link, and for a picture that it cannot read. */
export const imageSizeOf = (url: string): ImageSize | undefined => {
  const start = url.indexOf(';base64,');
  if (!url.startsWith('data:') || start === -1) return undefined;
  const bytes = Buffer.from(url.slice(start + 8, start + 8 + LONGEST_HEAD), 'base64');
  const begin = bytes.toString('latin1', 0, 16);
  try {
    return FORMATS.find(({ begins }) => begins.test(begin))?.sizeIn(bytes);
  } catch {
    // The picture ends before its size.
    return undefined;
  }
};
