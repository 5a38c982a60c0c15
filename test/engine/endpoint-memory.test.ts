import { expect } from 'chai';
import { EndpointMemory, type MissingEndpoints } from '../../src/engine/endpoint-memory.js';

const MINUTE_MS = 60_000;

describe('What is known of the endpoints of a target', () => {
  let now: number;
  let one: EndpointMemory;
  let two: EndpointMemory;
  beforeEach(() => {
    now = 1_000;
    const clock = { monotonic: () => now };
    const ofProvider: MissingEndpoints = new Map();
    one = new EndpointMemory(ofProvider, clock);
    two = new EndpointMemory(ofProvider, clock);
  });

  it('holds for an hour, for one endpoint, and for one model or all of them', () => {
    one.lacks('rerank', 'target');
    one.lacks('speech', 'provider');
    expect([one.missing('rerank'), two.missing('rerank')]).to.deep.equal(['target', undefined]);
    expect([one.missing('speech'), two.missing('speech')]).to.deep.equal(['provider', 'provider']);
    expect(one.missing('embeddings')).to.equal(undefined);
    now += 60 * MINUTE_MS;
    expect([one.missing('rerank'), two.missing('speech')]).to.deep.equal([undefined, undefined]);
  });

  it('holds for a minute if the endpoint has answered before', () => {
    one.answered('speech');
    one.lacks('speech', 'target');
    now += MINUTE_MS - 1;
    expect(one.missing('speech')).to.equal('target');
    now += 1;
    expect(one.missing('speech')).to.equal(undefined);
    expect([one.hasAnswered('speech'), two.hasAnswered('speech')]).to.deep.equal([true, false]);
  });

  it('concerns one model if the endpoint answers another one', () => {
    one.answered('embeddings');
    two.lacks('embeddings', 'provider');
    expect([one.missing('embeddings'), two.missing('embeddings')]).to.deep.equal([undefined, 'target']);
  });

  it('ends with an answer, and when it is reset', () => {
    one.lacks('speech', 'provider');
    two.answered('speech');
    expect(one.missing('speech')).to.equal(undefined);
    one.lacks('rerank', 'provider');
    one.reset();
    expect(two.missing('rerank')).to.equal(undefined);
  });
});
