import { type CompiledAdaptation, compileAdaptation } from '../plugin/door/adapt.js';
import type { Repair } from '../plugin/door/attempt.js';

type Body = Readonly<Record<string, unknown>>;

/** A repair, and the adaptation that carries it out. */
export interface CompiledRepair {
  readonly repair: Repair;
  readonly adaptation: CompiledAdaptation;
}

interface KnownRepair extends CompiledRepair {
  /** The refused value as JSON. Absent: every value of the field is refused. */
  value: string | undefined;
}

const NONE: readonly CompiledRepair[] = [];

/**
 * What a target refused before, so that 429chain does not send it again. One refused value does not prove that the target
 * refuses the field; a second one does.
 */
export class Repairs {
  readonly #known = new Map<string, KnownRepair>();

  /** Returns the known repairs that apply to `body`. */
  for(body: Body): readonly CompiledRepair[] {
    if (this.#known.size === 0) return NONE;
    return [...this.#known.values()].filter(
      ({ repair, value }) => value === undefined || value === refusedValueOf(repair, body),
    );
  }

  /** Remembers that the target accepted `body` after these repairs. */
  learn(repairs: readonly Repair[], body: Body): void {
    for (const repair of repairs) {
      const value = refusedValueOf(repair, body);
      const known = this.#known.get(fieldOf(repair));
      if (known === undefined) this.#known.set(fieldOf(repair), { ...compileRepair(repair), value });
      else if (known.value !== value) known.value = undefined;
    }
  }
}

export const compileRepair = (repair: Repair): CompiledRepair => {
  const why = 'this target refused it before';
  const adaptation =
    'drop' in repair
      ? ({ field: repair.drop, drop: true, why } as const)
      : { field: repair.rename, rename: repair.to, why };
  return { repair, adaptation: compileAdaptation(adaptation) };
};

const fieldOf = (repair: Repair): string => ('drop' in repair ? repair.drop : repair.rename);

/** Returns the refused value as JSON, or `undefined` where the repair does not depend on the value. */
const refusedValueOf = (repair: Repair, body: Body): string | undefined => {
  const field = fieldOf(repair);
  return 'rename' in repair || field.startsWith('messages[]') ? undefined : JSON.stringify(body[field]);
};
