import { readFileSync } from 'node:fs';
import { expect } from 'chai';

const TOKENS = readFileSync(new URL('../../../admin-ui/src/styles/tokens.css', import.meta.url), 'utf8');

/** The least contrast of text that WCAG 2.2 asks for at level AA. */
const LEAST = 4.5;

/** What text has under it. */
const GROUNDS = ['ground', 'surface', 'raised', 'sunken'];
const TONES = ['accent', 'good', 'warn', 'bad'];
const SOFT = [...TONES, 'water'].map((tone) => `${tone}-soft`);

/** Each colour of text, with all that it stands on. */
const TEXTS: readonly (readonly [colour: string, grounds: readonly string[]])[] = [
  ['text', [...GROUNDS, ...SOFT]],
  ['muted', [...GROUNDS, ...SOFT]],
  ...TONES.map((tone) => [tone, [...GROUNDS, `${tone}-soft`]] as const),
  ['on-accent', ['accent']],
];

/** The colour of a token as `#rrggbb`. */
const colour = (token: string, theme: 'light' | 'dark'): string => {
  const [, light = '', dark = ''] = new RegExp(`--${token}: light-dark\\((#\\w{6}), (#\\w{6})\\)`).exec(TOKENS) ?? [];
  return theme === 'light' ? light : dark;
};

/** The relative luminance of `#rrggbb`, as WCAG defines it. */
const luminance = (hex: string): number => {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => {
    const part = Number.parseInt(hex.slice(at, at + 2), 16) / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
};

const contrast = (one: string, other: string): number => {
  const [dark = 0, light = 0] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return (light + 0.05) / (dark + 0.05);
};

describe('The colours of the admin', () => {
  it('are compared as WCAG does', () => {
    expect(contrast('#ffffff', '#000000')).to.be.closeTo(21, 0.001);
    expect(contrast('#777777', '#ffffff')).to.be.closeTo(4.478, 0.001);
  });

  for (const theme of ['light', 'dark'] as const) {
    for (const [text, grounds] of TEXTS) {
      it(`are readable: ${text}, ${theme}`, () => {
        for (const ground of grounds) {
          expect(contrast(colour(text, theme), colour(ground, theme)), `on ${ground}`).to.be.at.least(LEAST);
        }
      });
    }
  }
});
