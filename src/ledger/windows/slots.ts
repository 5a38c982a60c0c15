import type { UnitWindow } from '../../plugin/door/unit-store.js';
import { scaled, type Window } from './window.js';

/** A limit on concurrent attempts, which has no window: a slot is never used up, it returns when its attempt ends. */
export class Slots implements Window {
  limit: number | undefined;
  readonly countsUses = false;
  readonly resetsAtOnce = false;
  readonly unconfirmed = false;

  /** `limit` absent: not known yet. */
  constructor(limit?: number) {
    this.limit = limit;
  }

  left(): number {
    return this.limit ?? Number.POSITIVE_INFINITY;
  }

  freeAt(): number {
    return Number.POSITIVE_INFINITY;
  }

  use(): void {}

  resetAt(): undefined {}

  confirm(): void {}

  declare(limit: number): Window {
    return new Slots(limit);
  }

  observe(): Window {
    return this;
  }

  shape(): UnitWindow {
    return { kind: 'slots' };
  }

  scale(factor: number): void {
    if (this.limit !== undefined) this.limit = scaled(this.limit, factor);
  }

  snapshot(): undefined {}
}
