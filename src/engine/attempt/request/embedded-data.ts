/** A shorter string without a `data:` address may be text. */
const SHORTEST = 4_096;
const DATA_URL =
  /^\s{0,16}data:(?:(?:image|audio|video|font|application)\/[\w.+-]{1,100}(?:;[\w=.-]{1,60}){0,4}|[\w/+.;=-]{0,200};base64),/i;
/** Base64 in either alphabet, in one line or many. */
const BASE64 = /^[A-Za-z0-9+/=_\r\n-]*$/;
/** Base64 is broken into lines of 64 or 76 characters. A list of words is not. */
const SHORTEST_LINE = 40;
const SAMPLES = 8;
const SAMPLE_LENGTH = 512;

/**
 * Whether a string is a picture, a sound or a file as text: a `data:` address, or base64 without one. Reads a sample, so it
 * takes no longer for many megabytes.
 */
export const isEmbeddedData = (text: string): boolean => {
  if (DATA_URL.test(text.slice(0, 256))) return true;
  if (text.length < SHORTEST) return false;
  const step = (text.length - SAMPLE_LENGTH) / (SAMPLES - 1);
  for (let sample = 0; sample < SAMPLES; sample++) {
    const start = Math.floor(sample * step);
    if (!isBase64(text.slice(start, start + SAMPLE_LENGTH))) return false;
  }
  return true;
};

const isBase64 = (sample: string): boolean => {
  if (!BASE64.test(sample)) return false;
  const lines = sample.split(/[\r\n]{1,2}/);
  return lines.length <= 2 + SAMPLE_LENGTH / SHORTEST_LINE && /[A-Z]/.test(sample) && /[a-z]/.test(sample);
};
