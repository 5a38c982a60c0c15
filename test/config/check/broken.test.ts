import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { parseSettings } from '../../../src/config/source/load.js';

const FOLDER = new URL('./cases/broken/', import.meta.url);

type Expectation = readonly [line: number, column: number, ...fragments: string[]];

/** The problems of each file, in order: position and parts of the message. */
const CASES: Readonly<Record<string, readonly Expectation[]>> = {
  'admin-host-as-address': [[3, 32, "'https://llm.example.org:8443'", 'only a host name', 'without a port']],
  'bad-duration': [[4, 64, '`chains.default.maxWait`', "'20 seconds'", "'30s'"]],
  'base-url-without-scheme': [[3, 50, "'localhost:11434/v1'", 'http://']],
  'base-url-of-an-endpoint': [[3, 50, "'http://127.0.0.1:11434/v1/chat/completions'", "without '/chat/completions'"]],
  'blank-in-provider-id': [[2, 40, "'my groq'", 'letters, digits']],
  'bodies-smaller-than-one': [[2, 55, '`server.maxBodiesInFlight` is 1000000', 'at least 2000000']],
  'calendar-limits': [
    [3, 36, 'an object with requests, per and each', 'either `per` or `each`'],
    [3, 100, "'dai'", 'Did you mean `day`?'],
    [4, 72, "'America/Los_Angelos'", 'not a time zone', 'Did you mean `America/Los_Angeles`?'],
    [4, 131, "'Bielefeld'", 'not a time zone', "'America/Los_Angeles' or 'UTC'"],
    [5, 65, '`providers.late.limits[0]`', '`from` for a day', "each: 'week' or 'month'"],
    [5, 112, 'is 4', 'a date on which a week begins'],
    [6, 74, "'2026-02-03'", 'from 1 to 31'],
    [6, 126, "'2026-02-30'", 'a date on which a week begins'],
    [7, 75, 'is 32', 'from 1 to 31'],
    [7, 113, 'unknown key `zone`', 'output_tokens, per'],
    [9, 99, "'Mars/Base'", 'not a time zone'],
  ],
  'chain-of-wrong-type': [[3, 22, '`chains.default`', 'a list of targets']],
  'duplicate-key': [[5, 5, '`providers.groq`', 'line 3']],
  'duplicate-target': [[7, 7, '`chains.default[2]`', 'line 5']],
  'duration-too-long': [[2, 57, "'30d'", "at most '24d'"]],
  'duration-without-unit': [[2, 62, 'is 20', "'30s'"]],
  'empty-chain': [[4, 14, '`chains.default` is an empty list', 'at least one target']],
  'keys-of-a-provider': [
    [3, 51, '`providers.both` has both `apiKey` and `apiKeys`', 'move the key into the list'],
    [4, 70, '`providers.twice.apiKeys[2]`', 'same key as `providers.twice.apiKeys[0]` in line 4', 'another account'],
    [5, 87, '`providers.labelled.apiKeys[1].key`', 'same key as `providers.labelled.apiKeys[0]`'],
    [6, 55, '`providers.labels.apiKeys[1]`', 'the same label as `providers.labels.apiKeys[0]`'],
    [7, 84, 'without / and #'],
    [8, 36, '`providers.none.apiKeys` is an empty list', '${GROQ_API_KEY_1}'],
    [9, 36, '`providers.odd.apiKeys[0]`', "contains '…'"],
    [9, 52, '`providers.odd.apiKeys[1]`', 'without braces'],
    [9, 78, "'most-lft'", "'order' or 'most-left'"],
  ],
  'limit-of-nothing': [[3, 50, 'is 0', 'at least 1']],
  'limit-without-window': [[4, 74, '`chains.default[0].limits[0]` lacks `per`', "'1m'"]],
  'malformed-variable': [[2, 12, "'${HOME:-/tmp}/429chain'", '${NAME}']],
  'missing-brace': [[8, 1, 'ends too early', 'the { in line 3']],
  'missing-comma': [[4, 5, 'Unexpected `port`', 'comma']],
  'missing-quote': [[3, 35, 'not closed', 'quote']],
  'missing-type': [[3, 11, '`providers.groq` lacks `type`', "'groq'"]],
  'misspelt-moderation': [[4, 69, "'retrun'", "'return' or 'next'", 'Did you mean `return`?']],
  'no-default-chain': [[3, 3, '`defaultChain`', 'fast, careful']],
  'no-near-word': [[2, 13, '`workers`', 'host, port, apiKeys, adminKey, hosts, maxBodyBytes']],
  'no-providers': [[3, 23, "'groq/openai/gpt-oss-120b'", 'not configured', 'Configured: none']],
  'no-chains': [[4, 17, "'default'", 'which is not a chain', 'Chains: none']],
  'nonsense-key': [
    [2, 28, 'lacks `key`'],
    [2, 63, 'label of 1 to 60'],
  ],
  'one-label-for-two': [[2, 32, '`server.apiKeys[1]`', 'the same label as `server.apiKeys[0]`']],
  'no-slash-in-target': [[3, 23, "'gpt-oss-120b'", "'provider/model'"]],
  'not-an-object': [[1, 1, 'The file is a list', 'an object with `providers` and `chains`']],
  'one-key-for-both': [[2, 57, '`server.adminKey`', 'a different key']],
  'only-a-comment': [[2, 1, 'empty', '`providers` and `chains`']],
  'open-host-without-keys': [[2, 19, "'0.0.0.0'", '`apiKeys`', "'127.0.0.1'"]],
  'origin-with-path': [
    [2, 47, "'https://app.example.com/page'", 'only an origin', 'without a path'],
    [2, 79, "'app.example.com'", "'http://localhost:5173'"],
    [2, 98, "'*'", 'only an origin'],
    [3, 72, "'http://proxy:8080/a'", 'without a path'],
  ],
  'origin-without-list': [
    [2, 19, "'https://app.example.com'", 'a list of origins', "'*'"],
    [4, 36, "'https://***@api.example.com/v1/chat/completions", "without '/chat/completions'"],
  ],
  'proxy-without-address': [
    [2, 45, "'localhost'", "'10.0.0.0/8'"],
    [2, 58, "'10.0.0.0/33'", 'an IP address or a network'],
    [2, 73, "'fe80::1%eth0'", 'an IP address or a network'],
  ],
  'plugin-of-wrong-type': [
    [4, 28, '`plugins[1]` lacks `use`'],
    [4, 30, 'unknown key `path`', 'use, options, enabled'],
    [4, 56, '`plugins[2]` is 3', 'its name or path'],
  ],
  'port-out-of-range': [[3, 11, 'is 70000', 'from 0 to 65535']],
  'quoted-number': [[2, 19, "'3429'", 'whole number', 'without quotes']],
  'name-without-braces': [
    [2, 23, '`server.apiKeys[0]`', '${NAME}'],
    [3, 46, '`providers.groq.apiKey`', 'without braces', '${NAME}'],
    [3, 103, '`providers.cerebras.apiKey`', 'the name of a variable', 'the key itself'],
  ],
  several: [
    [2, 19, '`server.port`'],
    [2, 27, 'Did you mean `host`?'],
    [4, 57, "'1 minute'"],
    [8, 5, 'line 7'],
    [8, 25, 'an empty list'],
    [8, 38, 'is -1', 'from 0 to 10'],
    [10, 17, "'fast'", 'Chains: default'],
    [11, 13, 'MY_PLUGIN', 'not set'],
  ],
  'socks-proxy': [
    [3, 34, "'socks5://***@127.0.0.1:1080'", 'SOCKS', "'http://proxy.example.com:8080'"],
    [4, 42, "'proxy.example.com:8080'", "'http://proxy.example.com:8080'"],
    [5, 40, 'is true', "'http://proxy.example.com:8080'", 'false for a direct connection'],
  ],
  'slash-in-chain-name': [[3, 13, "'my/chain'", 'no slash']],
  'target-of-wrong-type': [[3, 51, 'is 120', "'provider/model'"]],
  'two-limits-in-one': [[3, 36, 'an object with requests, tokens and per', 'one limit']],
  'unknown-alias': [
    [5, 24, "`aliases['claude-*-haiku*']`", "'fsat'", 'neither a chain nor a target', 'Did you mean `fast`?'],
    [6, 15, "'grok/openai/gpt-oss-120b'", 'not configured', 'Did you mean `groq`?'],
    [7, 15, "`aliases['gpt-4*']`", 'the name of a chain'],
    [8, 5, 'An alias is a model name'],
  ],
  'unit-limits': [
    [3, 37, 'lacks `costs`', 'what a request costs'],
    [3, 77, 'is 0', 'above 0'],
    [4, 37, "'my account'", 'name of an account'],
    [4, 97, 'unknown key `requests`', 'Did you mean `request`?'],
    [4, 124, 'is -1', 'at least 0'],
    [4, 133, 'an empty object', '{ request: 1 }'],
    [4, 140, 'is 3', '{ request: 1 }'],
    [5, 66, 'an empty object', "'*'"],
    [5, 98, 'unknown key `costs`', 'requests, per'],
  ],
  'unknown-default-chain': [[4, 17, "'defualt'", 'Did you mean `default`?']],
  'unknown-limit': [[3, 38, 'unknown key `request`', 'Did you mean `requests`?']],
  'unknown-provider': [
    [6, 7, "'cerebra/gpt-oss-120b'", 'not configured', 'Did you mean `cerebras`?'],
    [7, 19, "'mistral'", 'Configured: groq, cerebras'],
  ],
  'unknown-provider-key': [[3, 27, 'unknown key `apikey`', 'Did you mean `apiKey`?']],
  'unknown-target-key': [[3, 43, 'unknown key `modle`', 'Did you mean `model`?']],
  'unknown-top-level-key': [[3, 3, 'unknown key `chain`', 'Did you mean `chains`?']],
  'unquoted-text': [[3, 19, '`fireworks`', 'needs quotes']],
  'unset-variable': [[3, 15, '`server.adminKey`', 'CHAIN_ADMIN_KEY', '.env']],
  'window-of-concurrency': [[3, 53, 'unknown key `per`', 'Known keys: concurrent.']],
  'wrong-bracket': [[4, 41, 'Unexpected `}`', 'the [ in line 4']],
  'wrong-type': [[3, 11, '`providers.groq`', 'Expected an object']],
};

/** Words from messages of AJV and JSON5, which are written for programmers. */
const RAW_WORDS = /JSON5|oneOf|anyOf|must (?:be|have|match|NOT)|\/properties|schema|instance|undefined|\[object/;

describe('An invalid configuration', () => {
  for (const [name, expected] of Object.entries(CASES)) {
    describe(name, () => {
      const file = fileURLToPath(new URL(`${name}.json5`, FOLDER));
      const result = parseSettings(readFileSync(file, 'utf8'), { file, env: {} });
      const problems = result.ok ? [] : result.problems;

      it('has each problem once, at its position', () => {
        const places = problems.map(({ line, column }) => [line, column]);
        expect(places).to.deep.equal(expected.map(([line, column]) => [line, column]));
      });

      it('says what was found and what was expected', () => {
        for (const [index, [, , ...fragments]] of expected.entries()) {
          for (const fragment of fragments) expect(problems[index]?.message).to.include(fragment);
        }
        for (const problem of problems) {
          expect(problem.file).to.equal(file);
          expect(problem.message).not.to.match(RAW_WORDS);
        }
      });

      it('does not show possible keys', () => {
        for (const { message } of problems) expect(message).not.to.match(/gsk_typed|typed-into/);
      });
    });
  }

  it('has a test case for every file in the folder', () => {
    const files = readdirSync(FOLDER).map((file) => file.replace(/\.json5$/, ''));
    expect(Object.keys(CASES)).to.have.members(files);
  });
});
