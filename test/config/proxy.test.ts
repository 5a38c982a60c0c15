import { expect } from 'chai';
import { proxyFor } from '../../src/config/proxy.js';

const PROXY = 'http://proxy:8080';
const VARIABLES = { http: PROXY, https: PROXY };

describe('NO_PROXY', () => {
  const CASES: readonly (readonly [none: string, url: string, isDirect: boolean])[] = [
    ['', 'https://api.example.com/v1', false],
    ['*', 'https://api.example.com/v1', true],
    ['example.com', 'https://api.example.com/v1', true],
    ['.example.com', 'https://api.example.com/v1', true],
    ['*.example.com', 'https://api.example.com/v1', true],
    ['API.Example.COM', 'https://api.example.com/v1', true],
    ['ample.com', 'https://api.example.com/v1', false],
    ['other.com, api.example.com', 'https://api.example.com/v1', true],
    ['other.com api.example.com', 'https://api.example.com/v1', true],
    ['api.example.com:443', 'https://api.example.com/v1', true],
    ['api.example.com:8443', 'https://api.example.com/v1', false],
    ['api.example.com:80', 'http://api.example.com/v1', true],
    ['localhost', 'http://localhost:11434/v1', true],
    ['localhost:11434', 'http://localhost:11434/v1', true],
    ['127.0.0.1', 'http://127.0.0.1:11434/v1', true],
    ['0.0.1', 'http://127.0.0.1:11434/v1', false],
    ['10.0.0.0/8', 'http://10.1.2.3:8000/v1', true],
    ['10.0.0.0/8', 'http://11.1.2.3:8000/v1', false],
    ['10.0.0.0/8', 'http://ten.example.com/v1', false],
    ['10.0.0.0/99,nonsense/8', 'http://10.1.2.3:8000/v1', false],
    ['::1', 'http://[::1]:11434/v1', true],
    ['[::1]', 'http://[::1]:11434/v1', true],
    ['[::1]:11434', 'http://[::1]:11434/v1', true],
    ['[::1]:1', 'http://[::1]:11434/v1', false],
    ['fd00::/8', 'http://[fd12::1]/v1', true],
    [',, :80 . ,', 'http://api.example.com/v1', false],
  ];
  for (const [none, url, isDirect] of CASES) {
    it(`${isDirect ? 'lists' : 'does not list'} ${url}: "${none}"`, () => {
      expect(proxyFor(url, undefined, { ...VARIABLES, none })).to.deep.equal(isDirect ? {} : { url: PROXY });
    });
  }
});
