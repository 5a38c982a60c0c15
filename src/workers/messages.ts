/** What a worker learns at its start, in its environment. */
export interface WorkerRole {
  /** From 1. A worker that replaces another one has its number. */
  readonly number: number;
  /** It writes the files that belong to all workers. */
  readonly writes: boolean;
  /** The address to listen on: a changed configuration does not move a worker that is started later. */
  readonly host: string;
  readonly port: number;
  /** How the primary process writes the log. */
  readonly terminal: boolean;
  readonly colours: boolean;
}

/** The variable with the role, as JSON. */
export const ROLE_VARIABLE = 'CHAIN429_WORKER';

/** What only the worker that starts first says. */
export interface Announcement {
  readonly address: string;
  readonly isAdminKeyNew: boolean;
  readonly workers: number;
}

export type AskedOf = 'writer' | 'others';

/** From a worker to the primary process. */
export type FromWorker =
  /** It listens, at this address. */
  | { readonly kind: 'ready'; readonly address: string }
  | { readonly kind: 'ask'; readonly id: number; readonly of: AskedOf; readonly topic: string; readonly value: unknown }
  | { readonly kind: 'answer'; readonly id: number; readonly value?: unknown; readonly error?: Error }
  | { readonly kind: 'tell'; readonly topic: string; readonly value: unknown }
  /** Whether it wants to know what others tell about a topic. */
  | { readonly kind: 'hear'; readonly topic: string; readonly on: boolean }
  | { readonly kind: 'units'; readonly id: number; readonly method: UnitMethod; readonly args: readonly unknown[] };

/** From the primary process to a worker. */
export type FromPrimary =
  | {
      readonly kind: 'asked';
      readonly id: number;
      readonly of: AskedOf;
      readonly topic: string;
      readonly value: unknown;
    }
  | { readonly kind: 'answered'; readonly id: number; readonly answers: readonly unknown[]; readonly error?: Error }
  | { readonly kind: 'told'; readonly topic: string; readonly value: unknown; readonly by: number }
  /** How many other workers hear a topic. */
  | { readonly kind: 'heard'; readonly topic: string; readonly others: number }
  | { readonly kind: 'gone'; readonly number: number }
  | { readonly kind: 'write' }
  | { readonly kind: 'announce'; readonly announcement: Announcement }
  | { readonly kind: 'reload' }
  | { readonly kind: 'stop' }
  /** All others have ended. */
  | { readonly kind: 'alone' }
  | { readonly kind: 'counted'; readonly id: number; readonly value?: unknown; readonly error?: string }
  | { readonly kind: 'unit-event'; readonly event: unknown }
  | { readonly kind: 'replicas'; readonly number: number };

/** The methods of a `UnitStore` that are called from a worker. */
export type UnitMethod = 'hold' | 'report' | 'end' | 'share' | 'endCooldown' | 'reset' | 'counts' | 'known';

/** One end of the channel between a worker and the primary process. */
export interface Channel<Sent, Received> {
  send(message: Sent): void;
  onMessage(listener: (message: Received) => void): void;
}
