import { isZone } from '../../plugin/readers/headers/zones.js';
import type { Path } from '../path.js';
import { valueAtPath } from '../path.js';
import { nameOf, suggest } from '../wording.js';
import { type Check, finding, pathsOf, textAt } from './checked-configuration.js';
import type { Finding } from './finding.js';

const LIMITS = ['providers.*', 'chains.*.*', 'chains.*.targets.*'].map((owner) => `${owner}.limits.*`);

const limitPaths = (root: unknown): Path[] => LIMITS.flatMap((pattern) => pathsOf(root, pattern));

/** Finds time zones that do not exist. */
export const checkZones: Check = (configuration) =>
  limitPaths(configuration.resolved).flatMap((limit): Finding[] => {
    const path = [...limit, 'zone'];
    const zone = textAt(configuration.resolved, path);
    if (zone === undefined || isZone(zone)) return [];
    const isVariable = textAt(configuration.written, path)?.includes('${');
    const suggestion = isVariable ? '' : suggest(zone, Intl.supportedValuesOf('timeZone'));
    const expected = suggestion || " Expected the name of one, such as 'America/Los_Angeles' or 'UTC'.";
    return [finding(configuration, path, `, which is not a time zone.${expected}`)];
  });

/** Finds beginnings of windows that do not fit them. */
export const checkBeginnings: Check = (configuration) =>
  limitPaths(configuration.resolved).flatMap((limit): Finding[] => {
    const path = [...limit, 'from'];
    const from = valueAtPath(configuration.resolved, path);
    const each = textAt(configuration.resolved, [...limit, 'each']);
    if (from === undefined || each === undefined) return [];
    if (each === 'day') {
      const message = `${nameOf(limit)} has \`from\` for a day, which begins at midnight. Expected it only with each: 'week' or 'month'.`;
      return [{ path, at: 'key', message }];
    }
    if (each === 'month' && typeof from !== 'number') {
      return [finding(configuration, path, '. Expected the day on which the month begins, from 1 to 31.')];
    }
    if (each === 'week' && !isDate(from)) {
      return [finding(configuration, path, ". Expected a date on which a week begins, such as '2026-03-05'.")];
    }
    return [];
  });

/** The 30th of February is not a date. */
const isDate = (value: unknown): boolean => {
  if (typeof value !== 'string' || !/^\d{4}-\d{2}-\d{2}$/.test(value)) return false;
  const at = Date.parse(value);
  return !Number.isNaN(at) && new Date(at).toISOString().startsWith(value);
};
