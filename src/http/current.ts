import type { ApiKey } from '../config/settings.js';
import type { ModelView } from '../contract/models.js';
import type { Chains } from '../engine/chains.js';
import type { PreparedTarget } from '../engine/target.js';
import type { Waterfall } from '../engine/waterfall.js';
import type { Routes } from '../host/parts/routes.js';
import type { TargetStatus } from '../ledger/ledger.js';
import type { Protocol } from '../plugin/door/protocol.js';
import type { AllowedOrigins } from './cors.js';
import type { BodyBounds } from './uploads/bodies-in-flight.js';

/** The runtime in force. Each request asks for it anew, so http needs to know nothing about reloads. */
export interface Current extends BodyBounds {
  readonly chains: Chains;
  readonly waterfall: Waterfall;
  readonly apiKeys: readonly ApiKey[];
  /** The protocols that callers may speak. */
  readonly protocols: readonly Protocol[];
  /** The routes of its plugins. */
  readonly routes: Routes;
  /** The origins whose pages may use the API from a browser. */
  readonly allowedOrigins: AllowedOrigins;
  /** Whether `server.trustedProxies` contains an address. */
  readonly isTrustedProxy: (address: string) => boolean;
  stateOf(target: PreparedTarget): TargetStatus;
  /** What is known of a target's model. */
  modelOf(target: PreparedTarget): ModelView | undefined;
  /** Epoch ms. */
  readonly startedAt: number;
  now(): number;
}
