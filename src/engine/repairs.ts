import type { Repair } from '../plugin/door/attempt.js';

type Body = Readonly<Record<string, unknown>>;

const fieldOf = (repair: Repair): string => ('drop' in repair ? repair.drop : repair.rename);

/** What was refused: a field whatever its value, or with this value only. */
const refusedValueOf = (repair: Repair, body: Body): string | undefined => {
  const field = fieldOf(repair);
  return 'rename' in repair || field.startsWith('messages[]') ? undefined : JSON.stringify(body[field]);
};

/**
 * What a target has refused before, so that it is not sent there again. One refused value is no proof that the field is
 * unknown there; a second one is.
 */
export class Repairs {
  readonly #known = new Map<string, { readonly repair: Repair; value: string | undefined }>();

  /** Those that apply to this body. */
  for(body: Body): Repair[] {
    const applying: Repair[] = [];
    for (const { repair, value } of this.#known.values()) {
      if (value === undefined || value === refusedValueOf(repair, body)) applying.push(repair);
    }
    return applying;
  }

  /** A request was taken once it was repaired like this. */
  learn(repairs: readonly Repair[], body: Body): void {
    for (const repair of repairs) {
      const value = refusedValueOf(repair, body);
      const known = this.#known.get(fieldOf(repair));
      if (known === undefined) this.#known.set(fieldOf(repair), { repair, value });
      else if (known.value !== value) known.value = undefined;
    }
  }
}
