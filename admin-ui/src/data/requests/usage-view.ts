import { type By, COLUMNS, type Order, orderFor } from './breakdown.js';
import { PERIODS } from './usage.js';

/** What the page Usage shows. Its address keeps it. */
export interface UsageView {
  readonly days: number;
  readonly by: By;
  /** Undefined: the usual order of the breakdown. */
  readonly order: Order | undefined;
}

const DAYS = 30;
const BYS: readonly By[] = ['provider', 'target', 'model', 'chain', 'key', 'endpoint', 'time'];

/** The view of an address such as `?days=7&by=target&sort=failures`. What it leaves out or gets wrong is as usual. */
export const usageViewOf = (search: string): UsageView => {
  const asked = new URLSearchParams(search);
  const days = Number(PERIODS.find(({ value }) => value === asked.get('days'))?.value ?? DAYS);
  const by = BYS.find((each) => each === asked.get('by')) ?? 'provider';
  const sort = asked.get('sort');
  const isColumn = sort === 'name' || COLUMNS.some(({ id }) => id === sort);
  const order = sort === null || !isColumn ? undefined : { by: sort, descending: asked.get('order') !== 'up' };
  return { days, by, order };
};

/** The query of an address for a view: `?days=7`, or empty. */
export const usageSearch = ({ days, by, order }: UsageView): string => {
  const usual = orderFor(by);
  const isUsual = order === undefined || (order.by === usual.by && order.descending === usual.descending);
  const fields = {
    ...(days !== DAYS && { days: String(days) }),
    ...(by !== 'provider' && { by }),
    ...(!isUsual && { sort: order.by, ...(!order.descending && { order: 'up' }) }),
  };
  const text = new URLSearchParams(fields).toString();
  return text === '' ? '' : `?${text}`;
};
