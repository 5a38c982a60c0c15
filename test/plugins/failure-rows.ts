import type { FailureClass, FailureSubject, ScopeKind } from '429chain/plugin';
import { expect } from 'chai';
import { builtIns } from '../../plugins/index.js';
import { subjectOf } from '../../src/engine/attempt/failure/decision.js';
import { failureOf, type Headers, hostOf, type SimulatedHost } from './simulated-host.js';

/** A failure, and the verdict of the built-in plugins. */
export interface Row {
  readonly it: string;
  readonly type?: string;
  readonly status: number;
  readonly headers?: Headers;
  readonly body: unknown;
  readonly class: FailureClass;
  /** Absent: nothing cools down. */
  readonly scope?: ScopeKind;
  /** Ms from now. */
  readonly wait?: number;
}

export const AT = Date.parse('2026-10-01T12:00:30Z');

/** An error in OpenAI's envelope. */
export const said = (message: string, more: object = {}) => ({ error: { message, ...more } });

/** Adds one test per row to the suite that calls it. */
export function check(rows: readonly Row[]): void {
  let host: SimulatedHost;

  before(async () => {
    host = await hostOf(builtIns);
  });

  for (const {
    it: name,
    type = 'openai-compatible',
    status,
    headers = {},
    body,
    class: expected,
    scope,
    wait,
  } of rows) {
    it(name, () => {
      const verdict = host.verdict(type, failureOf(status, body, { headers, at: AT }));
      const told = {
        class: verdict?.class,
        scope: verdict?.scope,
        wait: verdict?.until === undefined ? undefined : verdict.until - AT,
      };
      expect(told).to.deep.equal({ class: expected, scope, wait });
    });
  }
}

/** Refusals that mean the same. */
export interface Kind {
  readonly it: string;
  readonly class: FailureClass;
  readonly about: FailureSubject;
  /** Absent: nothing cools down. */
  readonly scope?: ScopeKind;
  /** Status and body. A text is the message in OpenAI's envelope. */
  readonly said: readonly (readonly [status: number, body: string | object])[];
}

/** Adds one test per refusal, at a provider of the type `openai-compatible`. */
export function checkKinds(kinds: readonly Kind[]): void {
  let host: SimulatedHost;

  before(async () => {
    host = await hostOf(builtIns);
  });

  for (const { it: name, class: expected, about, scope, said: refusals } of kinds) {
    describe(name, () => {
      for (const [status, body] of refusals) {
        it(`${status} ${typeof body === 'string' ? body : JSON.stringify(body)}`, () => {
          const failure = failureOf(status, typeof body === 'string' ? said(body) : body, { at: AT });
          const verdict = host.verdict('openai-compatible', failure);
          const told = {
            class: verdict?.class,
            about: verdict?.about ?? subjectOf({ class: verdict?.class ?? 'cancelled', status }),
            scope: verdict?.scope,
          };
          expect(told).to.deep.equal({ class: expected, about, scope });
        });
      }
    });
  }
}
