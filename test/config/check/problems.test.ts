import { expect } from 'chai';
import { problemAt, problemsOfOptions } from '../../../src/config/check/problems.js';
import { parseSettings } from '../../../src/config/source/load.js';
import { FILE } from '../configurations.js';

const TEXT = `{
  providers: { groq: { type: 'grok' } },
  chains: { default: ['groq/m'] },
  plugins: [
    { use: 'quiet-hours', options: { fro: 8, to: '\${TO}', token: 5, zone: 'pacific', days: 7 } },
  ],
}`;

const SCHEMA = {
  $schema: 'http://json-schema.org/draft-07/schema#',
  type: 'object',
  additionalProperties: false,
  required: ['from'],
  properties: {
    from: { type: 'integer' },
    to: { type: 'integer', maximum: 24 },
    token: { type: 'string' },
    zone: { enum: ['utc', 'Pacific/Auckland'] },
    days: { description: 'a day or a list of days.', anyOf: [{ $ref: '#/$defs/limit' }, { type: 'array' }] },
  },
  $defs: { limit: { type: 'string' } },
};

const settings = (() => {
  const result = parseSettings(TEXT, { file: FILE, env: { TO: 'never-shown' } });
  if (!result.ok) throw new Error('The configuration is invalid.');
  return result.settings;
})();

describe('problemAt', () => {
  it('adds the position of the value', () => {
    const problem = problemAt(settings, ['providers', 'groq', 'type'], 'There is no provider type grok.');
    expect(problem).to.deep.equal({ file: FILE, line: 2, column: 30, message: 'There is no provider type grok.' });
  });
});

describe("A plugin's options", () => {
  const [plugin] = settings.plugins;
  const path = plugin?.path ?? [];

  it('are validated against its schema, with messages like those of the configuration', () => {
    const problems = problemsOfOptions(settings, path, SCHEMA, plugin?.options);
    expect(problems.map(({ line, column, message }) => `${line}:${column} ${message}`)).to.have.members([
      '5:38 `plugins[0].options` has the unknown key `fro`. Did you mean `from`?',
      "5:50 `plugins[0].options.to` is '${TO}', whose value is invalid. Expected a whole number.",
      '5:66 `plugins[0].options.token` is a number. Expected a string, in quotes.',
      "5:75 `plugins[0].options.zone` is 'pacific'. Expected 'utc' or 'Pacific/Auckland'.",
      '5:92 `plugins[0].options.days` is 7. Expected: a day or a list of days.',
    ]);
  });

  it('have no problems if they are valid', () => {
    expect(problemsOfOptions(settings, path, { type: 'object' }, plugin?.options)).to.deep.equal([]);
  });
});
