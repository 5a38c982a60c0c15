import { expect } from 'chai';
import fc from 'fast-check';
import { sizeOf } from '../../../../src/engine/attempt/request/request-size.js';
import { tokensOfText } from '../../../../src/engine/attempt/request/text-tokens.js';

const asking = (content: unknown): Record<string, unknown> => ({ messages: [{ role: 'user', content }] });
const tokensOf = (content: unknown): number => sizeOf(asking(content)).tokens;

/** Tokens that o200k counts for each text. */
const TEXTS: readonly (readonly [kind: string, text: string, tokens: number])[] = [
  [
    'English',
    'The committee has spent the last three years trying to understand how small towns can keep their schools open when the number of children falls every year.',
    28,
  ],
  [
    'Russian',
    'Комитет последние три года пытался понять, как небольшие города могут сохранить свои школы, когда число детей каждый год уменьшается.',
    26,
  ],
  [
    'Ukrainian',
    'Комітет останні три роки намагався зрозуміти, як невеликі міста можуть зберегти свої школи, коли кількість дітей щороку зменшується.',
    45,
  ],
  ['Chinese', '委员会在过去三年里一直试图了解，当儿童人数逐年下降时，小城镇如何才能保持学校开放。', 26],
  [
    'Korean',
    '위원회는 지난 3년 동안 아이들의 수가 매년 줄어드는 상황에서 작은 마을이 어떻게 학교를 계속 운영할 수 있는지 이해하려고 노력해 왔습니다.',
    41,
  ],
  [
    'Arabic',
    'أمضت اللجنة السنوات الثلاث الماضية في محاولة فهم كيف يمكن للمدن الصغيرة أن تبقي مدارسها مفتوحة بينما ينخفض عدد الأطفال كل عام.',
    32,
  ],
  [
    'JSON',
    JSON.stringify(
      Array.from({ length: 20 }, (_, id) => ({
        id,
        name: `sensor-${id}`,
        ok: id % 2 === 0,
        at: '2026-03-01T09:17:23.456Z',
      })),
    ),
    643,
  ],
  [
    'code',
    'export const sizeOf = (body: Body): RequestSize => {\n  const bound = boundOf(body);\n  return { tokens: 1, bound };\n};\n',
    33,
  ],
];

describe('The size of a request', () => {
  for (const [kind, text, tokens] of TEXTS) {
    it(`is near the tokens of a real tokeniser for ${kind}`, () => {
      expect(tokensOfText(text)).to.be.within(tokens * 0.7, tokens * 1.3);
    });
  }

  const BASE64 = Buffer.from(Array.from({ length: 450_000 }, (_, index) => (index * 2_654_435_761) >>> 13)).toString(
    'base64',
  );
  const PICTURES: readonly (readonly [what: string, content: unknown])[] = [
    ['as OpenAI takes it', [{ type: 'image_url', image_url: { url: `data:image/png;base64,${BASE64}` } }]],
    [
      'with escaped slashes',
      JSON.parse(
        `[{"type":"image_url","image_url":{"url":"data:image\\/png;base64,${BASE64.replaceAll('/', '\\/')}"}}]`,
      ),
    ],
    ['in base64url', [{ type: 'x', data: BASE64.replaceAll('+', '-').replaceAll('/', '_') }]],
    ['in lines', [{ type: 'x', data: BASE64.replaceAll(/.{76}/g, '$&\r\n') }]],
    [
      'in lines after its address',
      [{ type: 'x', url: `data:image/png;base64,${BASE64.replaceAll(/.{64}/g, '$&\n')}` }],
    ],
    ['in any field', [{ type: 'file', file: { file_data: `data:application/pdf;base64,${BASE64}` } }]],
    ['as a sound', [{ type: 'input_audio', input_audio: { data: BASE64, format: 'wav' } }]],
    ['as the whole content', `data:image/svg+xml;charset=utf-8,${'%3Cpath/%3E'.repeat(10_000)}`],
    ['by its address', [{ type: 'image_url', image_url: { url: 'https://example.com/a.png' } }]],
  ];
  for (const [what, content] of PICTURES) {
    it(`counts a picture ${what} as a picture`, () => {
      expect(tokensOf(content)).to.be.within(1_000, 1_100);
    });
  }

  const NO_PICTURES: readonly (readonly [what: string, text: string])[] = [
    ['a long text', 'Words, and "more words". '.repeat(1_000)],
    ['a list of words', 'Apple\nPear\nCherry\n'.repeat(1_000)],
    ['one letter', 'x'.repeat(40_000)],
    ['a text that names an address', `data:image/png;base64 is how it begins. ${'Then there is text. '.repeat(1_000)}`],
  ];
  for (const [what, text] of NO_PICTURES) {
    it(`counts ${what} as text`, () => {
      expect(tokensOf(text))
        .to.be.greaterThan(text.length / 16)
        .and.not.equal(tokensOf('data:image/png;base64,AAAA'));
    });
  }

  it('counts escaped characters as what they mean', () => {
    const text = 'Привет, как дела?';
    const escaped = JSON.parse(
      `"${[...text].map((each) => `\\u${each.charCodeAt(0).toString(16).padStart(4, '0')}`).join('')}"`,
    );
    expect(tokensOf(escaped)).to.equal(tokensOf(text));
  });

  it('counts tools and every message', () => {
    const tool = {
      type: 'function',
      function: { name: 'look', description: 'Looks at things.', parameters: { type: 'object' } },
    };
    const one = sizeOf({ ...asking('Hello'), tools: [tool] }).tokens;
    expect(one).to.be.greaterThan(sizeOf(asking('Hello')).tokens + 15);
    expect(sizeOf({ ...asking('Hello'), tools: [tool, tool] }).tokens).to.be.greaterThan(one + 15);
  });

  it('prefers max_completion_tokens to max_tokens', () => {
    expect(sizeOf({ max_completion_tokens: 7, max_tokens: 9 }).bound).to.equal(7);
  });

  it('handles a body that is nested deeper than the stack', () => {
    const body = JSON.parse(`{"messages":${'['.repeat(50_000)}${']'.repeat(50_000)}}`) as Record<string, unknown>;
    expect(sizeOf(body).tokens).to.be.lessThan(20);
  });

  it('estimates a long text from a sample', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[a-z]{2,9}( [a-z]{2,9}){20,40}[.!]$/), (sentence) => {
        const whole = sentence.repeat(Math.ceil(40_000 / sentence.length));
        const expected = (tokensOfText(sentence) * whole.length) / sentence.length;
        expect(tokensOfText(whole)).to.be.within(expected * 0.85, expected * 1.15);
      }),
      { numRuns: 30 },
    );
  });

  it('is finite and positive for any JSON', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (body) => {
        const { tokens } = sizeOf(body as Record<string, unknown>);
        expect(Number.isFinite(tokens) && tokens >= 1).to.equal(true);
      }),
      { numRuns: 100 },
    );
  });
});
