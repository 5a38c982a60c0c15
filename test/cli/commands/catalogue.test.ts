import { expect } from 'chai';
import { catalogueText } from '../../../src/cli/commands/catalogue.js';
import { type CommandLine, readCommandLine } from '../../../src/cli/options.js';
import { CommandError } from '../../../src/cli/terminal/command-error.js';
import type { CatalogueView } from '../../../src/contract/catalogue.js';
import { Folder } from '../run.js';

const FRESH = Date.parse('2026-09-27');
const LATER = Date.parse('2026-12-24');

const textOf = (args: readonly string[], now = LATER): Promise<string> =>
  catalogueText(readCommandLine(['catalogue', ...args]) as CommandLine, now);

const viewsOf = async (...args: readonly string[]): Promise<CatalogueView[]> =>
  JSON.parse(await textOf([...args, '--json']));

const idsOf = async (...args: readonly string[]): Promise<string[]> => (await viewsOf(...args)).map(({ id }) => id);

/** What is asked, some that fit and some that do not. */
const FILTERS: readonly [args: readonly string[], fit: readonly string[], others: readonly string[]][] = [
  [[], ['groq', 'kilo', 'openai', 'ollama', 'pollinations', 'github-models'], []],
  [['--no-key'], ['kilo', 'ovh', 'llm7', 'opencode-zen', 'ollama'], ['groq', 'openai']],
  [
    ['--kind', 'keyless'],
    ['kilo', 'ovh', 'llm7', 'opencode-zen'],
    ['ollama', 'groq'],
  ],
  [['--kind', 'own'], ['ollama', 'vllm', 'lm-studio', 'llama-cpp'], ['ollama-cloud']],
  [['--kind=none'], ['openai', 'github-models', 'deepseek'], ['groq']],
  [['one-time'], ['cerebras', 'fireworks'], ['groq']],
  [['--no-card'], ['groq', 'gemini', 'kilo', 'ollama'], ['vercel', 'cerebras', 'novita', 'openai']],
  [['--no-training'], ['groq', 'cloudflare', 'ovh'], ['gemini', 'mistral', 'llm7']],
  [
    ['--no-training', '--no-card', '--kind', 'recurring'],
    ['groq', 'cloudflare'],
    ['vercel', 'ovh', 'gemini'],
  ],
  [['GROQ'], ['groq'], ['gemini']],
  [['ollama'], ['ollama', 'ollama-cloud'], ['groq']],
  [['ai', 'recurring'], ['aion-labs', 'modelscope', 'mistral'].slice(0, 1), ['openai', 'zai']],
  [['gpt-oss-120b'], ['groq', 'cloudflare', 'ovh', 'nvidia-nim'], ['cohere']],
];

describe('429chain catalogue', () => {
  for (const [args, fit, others] of FILTERS) {
    it(`lists what fits: ${args.join(' ') || 'everything'}`, async () => {
      const ids = await idsOf(...args);
      expect(ids).to.include.members(fit);
      expect(ids.filter((id) => others.includes(id))).to.deep.equal([]);
    });
  }

  it('begins with providers that need no key, and ends with those that give nothing', async () => {
    const kinds = (await viewsOf()).map((view) => view.kinds[0]);
    expect([kinds[0], kinds.at(-1)]).to.deep.equal(['keyless', 'none']);
  });

  it('aligns the columns of its list, with the summary below each line', async () => {
    const lines = (await textOf(['--kind', 'recurring'])).split('\n');
    const heads = lines.filter((line) => / {3}recurring/.test(line));
    expect(heads.length).to.be.greaterThan(5);
    expect(new Set(heads.map((line) => line.indexOf('recurring'))).size).to.equal(1);
    const groq = lines.findIndex((line) => line.startsWith('Groq '));
    expect(lines[groq]).to.match(/ {3}recurring +key, no card +does not train on requests +read 2026-\d\d-\d\d/);
    expect(lines[groq + 1]).to.match(/^ {4}\S.*requests/);
  });

  it('says of an offer that was read long ago that it may be out of date', async () => {
    expect(await textOf(['cohere'], FRESH)).not.to.contain('out of date');
    expect(await textOf(['cohere'], LATER)).to.contain('read 2026-09-26, may be out of date');
    expect(await textOf(['--kind', 'own'], LATER)).not.to.contain('out of date');
    expect(await textOf([], LATER)).to.match(/^Free offers change within weeks/m);
  });

  it('shows everything about a provider that the words single out', async () => {
    const text = await textOf(['gemini']);
    for (const words of [
      /^Google Gemini$/m,
      / type +gemini$/m,
      / key +https:\/\/aistudio\.google\.com\/apikey · no card · about \d+ minutes/m,
      / training +may train on requests\. Not for users in the EEA/m,
      /^ {2}recurring: Flash/m,
      /^ {4}14,400 requests a day until midnight in Los Angeles for each model like \*gemma-\* \(429chain keeps to it\)$/m,
      /^ {4}https:\/\/\S+, read 2026-08-16, may be out of date, measured$/m,
    ])
      expect(text).to.match(words);
  });

  it('says that the options leave nothing, not that a name is unknown', async () => {
    const refused = await textOf(['kilo', '--no-training']).catch((error: CommandError) => error.message);
    expect(refused).to.match(/^No provider in the catalogue fits "kilo" with these options\. 429chain/);
  });

  it('says how to use a provider without a type', async () => {
    expect(await textOf(['aion'])).to.match(/type +none: use openai-compatible with a baseUrl/);
  });

  it('prints JSON with the age of each offer, also of nothing', async () => {
    const [groq] = await viewsOf('groq', 'recurring');
    expect(groq).to.include({ id: 'groq', type: 'groq', needsKey: true, needsCard: false, mayBeOutOfDate: true });
    expect(groq?.offers[0]?.limits[0]).to.include({
      requests: 30,
      per: '1m',
      text: '30 requests a minute for each model',
    });
    expect(await viewsOf('no-such-provider')).to.deep.equal([]);
  });

  const REFUSED: readonly [args: readonly string[], status: number, says: RegExp][] = [
    [['groqq'], 1, /^No provider in the catalogue fits "groqq"\. Did you mean `groq`\? 429chain catalogue lists/],
    [['groq', 'keyless'], 1, /fits "groq keyless"/],
    [['--kind', 'none', '--no-key', '--no-training', 'groq'], 1, /fits "groq"/],
    [['--kind', 'free'], 2, /^--kind is 'free'\. Expected keyless, recurring, zero-price, own, one-time or none\./],
    [['--kind', 'recuring'], 2, /Did you mean `recurring`\?/],
  ];
  for (const [args, status, says] of REFUSED) {
    it(`fails with exit code ${status} for ${args.join(' ')}`, async () => {
      const error = await textOf(args).then(
        () => undefined,
        (cause: unknown) => cause,
      );
      expect(error).to.be.instanceOf(CommandError);
      expect((error as CommandError).message).to.match(says);
      expect((error as CommandError).exitStatus).to.equal(status);
    });
  }

  it('runs without a configuration', async () => {
    const folder = new Folder();
    try {
      const found = await folder.run(['catalogue', '--no-card', 'groq']);
      expect(found).to.include({ status: 0, stderr: '' });
      expect(found.stdout).to.match(/^Groq\n/);
      const noView = await folder.run(['catalogue', 'no-such-provider', '--json']);
      expect([noView.status, noView.stdout.trim()]).to.deep.equal([1, '[]']);
      const nothing = await folder.run(['catalogue', 'no-such-provider']);
      expect(nothing).to.include({ status: 1, stdout: '' });
    } finally {
      folder.remove();
    }
  });
});
