import { MEASURES } from '../measures.js';
import type { Result } from '../result.js';

/** Whether a goal is met. */
export const isMet = (value: number | undefined, goal: number): boolean => value !== undefined && value <= goal;

/** The number of goals that are missed, among the phases that ran. */
export const missedGoals = ({ values, figures, failures }: Result): number =>
  MEASURES.filter(({ phase, goal, what }) => phase in figures && goal !== undefined && !isMet(values[what], goal))
    .length + (failures === 0 ? 0 : 1);
