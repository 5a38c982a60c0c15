import { expect } from 'chai';
import { linkedText } from '../../../admin-ui/src/components/common/linked-text.js';

/** Texts as they are, addresses of links in brackets. */
const partsOf = (text: string): string[] =>
  linkedText(text)
    .map((part) => (typeof part === 'string' ? part : `[${part.values[0]}]`))
    .filter((part) => part !== '');

describe('A text with web addresses', () => {
  const CASES: readonly (readonly [text: string, parts: readonly string[]])[] = [
    ['Make a new key.', ['Make a new key.']],
    ['Make one: https://a.test/keys', ['Make one: ', '[https://a.test/keys]']],
    ['See https://a.test/keys?x=1.2#y. Or not.', ['See ', '[https://a.test/keys?x=1.2#y]', '. Or not.']],
    ['(http://a.test) and "https://b.test"', ['(', '[http://a.test]', ') and "', '[https://b.test]', '"']],
    ['javascript:alert(1) data:text/html,x ftp://a.test', ['javascript:alert(1) data:text/html,x ftp://a.test']],
    ['<b>https://a.test</b>', ['<b>', '[https://a.test]', '</b>']],
    ['https://', ['https://']],
    ['', []],
  ];
  for (const [text, parts] of CASES)
    it(`has links for ${JSON.stringify(text)}`, () => expect(partsOf(text)).to.deep.equal(parts));
});
