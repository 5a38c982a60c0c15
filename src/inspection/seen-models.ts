import { join } from 'node:path';
import { bareId } from '../engine/models/model-list.js';
import type { ProviderReport } from '../engine/models/provider-models.js';
import type { PreparedTarget } from '../engine/target.js';
import { isFields } from '../plugin/fields.js';
import { readTextFile } from '../text-file.js';

/** When the model of a target was last seen in its provider's list, as days such as `2026-11-30`. */
interface SeenModel {
  readonly listedOn: string;
  /** Absent if the list never said that it is free. */
  readonly freeOn?: string;
}

/** By target. */
export type SeenModels = Readonly<Record<string, SeenModel>>;

interface Look {
  readonly targets: readonly PreparedTarget[];
  readonly reports: ReadonlyMap<string, ProviderReport>;
  /** What was known before. */
  readonly seen: SeenModels;
}

/** The file in the data folder that keeps them. */
export const seenModelsFile = (dataDir: string): string => join(dataDir, 'seen-models.json');

/** Returns what the file says; nothing if it is missing or damaged: then nothing can be said about earlier days. */
export const readSeenModels = (file: string): SeenModels => {
  try {
    const value: unknown = JSON.parse(readTextFile(file));
    return isFields(value) ? (value as SeenModels) : {};
  } catch {
    return {};
  }
};

/** Returns what is known after another look. Targets that are no longer in the configuration are left out. `now`: epoch ms. */
export const seenNow = ({ targets, reports, seen }: Look, now: number): SeenModels => {
  const today = new Date(now).toISOString().slice(0, 10);
  const known: Record<string, SeenModel> = {};
  for (const { id, keyedId, model } of targets) {
    const listed = reports.get(keyedId)?.models?.find((each) => each.id === bareId(model));
    const before = seen[id];
    if (listed === undefined) {
      if (before !== undefined) known[id] = before;
      continue;
    }
    const freeOn = listed.free === true ? today : before?.freeOn;
    known[id] = { listedOn: today, ...(freeOn === undefined ? {} : { freeOn }) };
  }
  return known;
};
