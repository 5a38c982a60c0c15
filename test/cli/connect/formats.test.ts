import { expect } from 'chai';
import fc from 'fast-check';
import JSON5 from 'json5';
import { jsonFormat } from '../../../src/cli/connect/json-format.js';
import { lineFormat } from '../../../src/cli/connect/line-format.js';
import type { Setting, SettingsFormat } from '../../../src/cli/connect/settings-format.js';

const toml = lineFormat(' = ');
const yaml = lineFormat(': ');

const TOML_SETTINGS: readonly Setting[] = [
  { path: ['model'], value: 'fast' },
  { path: ['model_providers', '429chain', 'base_url'], value: 'http://127.0.0.1:3429/v1' },
  { path: ['model_providers', '429chain', 'wire_api'], value: 'responses' },
];
const JSON_SETTINGS: readonly Setting[] = [
  { path: ['env', 'ADDRESS'], value: 'http://127.0.0.1:3429' },
  { path: ['env', 'MODEL'], value: 'fast' },
];

interface Case {
  readonly title: string;
  readonly format: SettingsFormat;
  readonly before: string;
  readonly settings: readonly Setting[];
  readonly after: string;
}

const TABLE = `[model_providers.429chain]
base_url = "http://127.0.0.1:3429/v1"
wire_api = "responses"
`;

const CASES: readonly Case[] = [
  { title: 'a new TOML file', format: toml, before: '', settings: TOML_SETTINGS, after: `model = "fast"\n\n${TABLE}` },
  {
    title: 'a TOML file with comments, other keys and tables',
    format: toml,
    before: '# mine\nmodel = "gpt" # the best\nsandbox = "off"\n\n[profiles.a]\nmodel = "other"\n',
    settings: TOML_SETTINGS,
    after: `# mine\nmodel = "fast"\nsandbox = "off"\n\n[profiles.a]\nmodel = "other"\n\n${TABLE}`,
  },
  {
    title: 'a TOML file that has the table already',
    format: toml,
    before: `[model_providers.429chain] # ours\nbase_url = "http://old/v1"\n\n[tui]\ntheme = "dark"\n`,
    settings: TOML_SETTINGS,
    after: `model = "fast"\n[model_providers.429chain] # ours\nbase_url = "http://127.0.0.1:3429/v1"\nwire_api = "responses"\n\n[tui]\ntheme = "dark"\n`,
  },
  {
    title: 'flat YAML',
    format: yaml,
    before: 'dark-mode: true\nmodel: gpt\n',
    settings: [{ path: ['model'], value: 'openai/fast' }],
    after: 'dark-mode: true\nmodel: "openai/fast"\n',
  },
  {
    title: 'a new JSON file',
    format: jsonFormat,
    before: '',
    settings: JSON_SETTINGS,
    after: '{\n  "env": {\n    "ADDRESS": "http://127.0.0.1:3429",\n    "MODEL": "fast"\n  }\n}\n',
  },
  {
    title: 'JSON with comments',
    format: jsonFormat,
    before: '{\n  // mine\n  "theme": "dark",\n  "env": { "MODEL": "opus" }\n}\n',
    settings: JSON_SETTINGS,
    after: '{\n  // mine\n  "theme": "dark",\n  "env": { "MODEL": "fast", "ADDRESS": "http://127.0.0.1:3429" }\n}\n',
  },
];

describe("The formats of clients' settings", () => {
  for (const { title, format, before, settings, after } of CASES) {
    it(`sets values in ${title}, and restores what was there`, () => {
      const changed = format.set(before, settings);
      expect(changed).to.equal(after);
      expect(format.set(changed, settings)).to.equal(changed);
      const restored = format.restore(changed, before, settings);
      if (format === jsonFormat) expect(JSON5.parse(restored)).to.deep.equal(JSON5.parse(before || '{}'));
      else expect(restored.trim()).to.equal(before.trim());
    });
  }

  it('keeps what a client writes between the two', () => {
    const before = '{ "env": { "MODEL": "opus" } }';
    const now = JSON.stringify({ ...JSON.parse(jsonFormat.set(before, JSON_SETTINGS)), theme: 'light' });
    expect(JSON.parse(jsonFormat.restore(now, before, JSON_SETTINGS))).to.deep.equal({
      env: { MODEL: 'opus' },
      theme: 'light',
    });
  });

  it('writes strict JSON into a strict file', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (file) => {
        const before = JSON.stringify(file);
        const settings = [{ path: ['429chain', 'a', 'b'], value: { c: ["it's"] } }];
        const changed = jsonFormat.set(before, settings);
        expect(JSON.parse(changed)).to.deep.equal({ ...JSON.parse(before), '429chain': { a: { b: { c: ["it's"] } } } });
        expect(JSON.parse(jsonFormat.restore(changed, before, settings))).to.deep.equal(JSON.parse(before));
      }),
      { numRuns: 50 },
    );
  });
});
