import { expect } from 'chai';
import type { ProviderSettings } from '../../../../src/config/settings.js';
import { type OutgoingRequest, outgoingRequest } from '../../../../src/engine/attempt/request/outgoing-request.js';
import type { ResumableRequest } from '../../../../src/engine/resume/resumable-request.js';
import type { PreparedTarget } from '../../../../src/engine/target.js';
import type { ProviderType } from '../../../../src/plugin/index.js';
import { TargetFactory } from '../../../../src/runtime/prepare.js';

const SETTINGS: ProviderSettings = {
  id: 'one',
  type: 'test',
  enabled: true,
  apiKey: 'key-of-one',
  headers: {},
  options: {},
  limits: [],
  timeouts: {},
  missing: [],
};

const targetOf = (type: ProviderType, model = 'a-model'): PreparedTarget =>
  new TargetFactory(new Map([[SETTINGS, type]]), '0').addressed('one', model) as PreparedTarget;

const requestFor = (target: PreparedTarget, body: object = {}): OutgoingRequest => {
  const request = { path: '/chat/completions', body, stream: false, chain: {} } as ResumableRequest;
  return outgoingRequest(request, target, []);
};

describe('The request to a target', () => {
  const PATHS: readonly (readonly [baseUrl: string, path: string])[] = [
    ['https://api.example.com', '/chat/completions'],
    ['https://api.example.com/', '/chat/completions'],
    ['https://api.example.com/openai/v1', '/openai/v1/chat/completions'],
    ['https://api.example.com/openai//v1//', '/openai//v1/chat/completions'],
    ['https://api.example.com/a b', '/a%20b/chat/completions'],
  ];
  for (const [baseUrl, path] of PATHS) {
    it(`goes to ${path} for the base URL ${baseUrl}`, () => {
      const target = targetOf({ baseUrl });
      expect(target.endpoint.origin).to.equal('https://api.example.com');
      expect(requestFor(target).path).to.equal(path);
    });
  }

  const OWN_PATHS: readonly (readonly [path: string, sent: string])[] = [
    ['/models/gemini-2.0:generateContent', '/v1/models/gemini-2.0:generateContent'],
    ['/chat?version=2&a=b c', '/v1/chat?version=2&a=b%20c'],
    ['/models/grüße', '/v1/models/gr%C3%BC%C3%9Fe'],
    ['/../v2/chat', '/v2/chat'],
  ];
  for (const [path, sent] of OWN_PATHS) {
    it(`goes to ${sent} where the provider type returns the path ${path}`, () => {
      const type: ProviderType = {
        baseUrl: 'https://api.example.com/v1',
        adapt: (request) => ({ ...request, path, headers: { ...request.headers, 'x-own': '1' } }),
      };
      const request = requestFor(targetOf(type));
      expect(request.path).to.equal(sent);
      expect(request.headers).to.include({ authorization: 'Bearer key-of-one', 'x-own': '1' });
    });
  }

  it('carries the same headers object each time', () => {
    const target = targetOf({ baseUrl: 'https://api.example.com', headers: { 'X-Title': 'me' } });
    expect(requestFor(target).headers).to.equal(requestFor(target).headers);
    expect(target.headers).to.include({ authorization: 'Bearer key-of-one', 'x-title': 'me' });
  });

  const ADAPTING: ProviderType = {
    baseUrl: 'https://api.example.com',
    adaptations: [
      { field: 'logprobs', drop: true, why: 'never accepted' },
      { field: 'seed', drop: true, when: { model: /^small/ }, why: 'not for small models' },
      { field: 'top_k', drop: true, when: { notModel: /^small/ }, why: 'only for small models' },
      { field: 'messages[].name', rename: 'author', why: 'another name' },
    ],
  };
  const BODY = { logprobs: true, seed: 1, top_k: 2, messages: [{ role: 'user', content: 'hi', name: 'me' }] };
  const messages = [{ role: 'user', content: 'hi', author: 'me' }];

  it('is adapted as the provider type says for its model, and says what changed', () => {
    const small = requestFor(targetOf(ADAPTING, 'small-1'), BODY);
    expect(small.body).to.deep.equal({ model: 'small-1', top_k: 2, messages });
    expect(small.changes).to.deep.equal([
      'dropped logprobs: never accepted',
      'dropped seed: not for small models',
      'renamed messages[].name to author: another name',
    ]);
    expect(requestFor(targetOf(ADAPTING, 'large-1'), BODY).body).to.deep.equal({ model: 'large-1', seed: 1, messages });
  });

  it('checks the model conditions once, when the target is made', () => {
    let checks = 0;
    const model = /small/;
    model.test = (text) => {
      checks++;
      return RegExp.prototype.test.call(model, text);
    };
    const target = targetOf({ ...ADAPTING, adaptations: [{ field: 'seed', drop: true, when: { model }, why: 'no' }] });
    expect(checks).to.equal(1);
    requestFor(target, BODY);
    expect(checks).to.equal(1);
  });

  it('comes from a new target each time a caller addresses a model that no chain names', () => {
    const factory = new TargetFactory(new Map([[SETTINGS, ADAPTING]]), '0');
    expect(factory.addressed('one', 'x')).not.to.equal(factory.addressed('one', 'x'));
    expect(factory.keyedIds('two')).to.deep.equal([]);
  });
});
