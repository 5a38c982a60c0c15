import type { ChainTargetView } from '../../../../src/contract/admin-configuration.js';
import { type ChainAsWritten, type Chains, heldChain, saveChain } from './chains.js';

/** A target on its way from one chain to another. */
export interface Transfer {
  readonly target: string;
  readonly from: string;
  readonly to: string;
  /** Its place in the other chain; at the end if absent. */
  readonly at?: number;
  /** It stays in the first chain too. */
  readonly copies: boolean;
}

/** Why a target cannot go into another chain; empty if it can. */
export const problemOfTransfer = (chains: Chains, { target, from, to, copies }: Transfer): string => {
  if (targetsOf(chains, to).some((each) => each.target === target)) return `${target} is in ${to} already.`;
  if (!copies && targetsOf(chains, from).length === 1)
    return `${target} is the only target of ${from}, and a chain needs one. Copy it instead, or remove the chain.`;
  return '';
};

/**
 * Saves both chains. The target keeps its limits and timeouts.
 * @throws Error if it cannot go there · ConflictError, ApiError if it could not be saved
 */
export const transfer = async (chains: Chains, moving: Transfer): Promise<void> => {
  const problem = problemOfTransfer(chains, moving);
  if (problem !== '') throw new Error(problem);
  const { target, from, to, at = Number.POSITIVE_INFINITY, copies } = moving;
  const source = targetsOf(chains, from);
  const settings = source.find((each) => each.target === target) ?? { target };
  await saveTargets(chains, to, targetsOf(chains, to).toSpliced(at, 0, settings));
  if (copies) return;
  try {
    await takeOut(chains, from, target);
  } catch (error) {
    throw new Error(`${target} is in ${to} now, but it could not be taken out of ${from}: ${(error as Error).message}`);
  }
};

/** Saves a chain without one of its targets. @throws ConflictError · ApiError */
export const takeOut = (chains: Chains, name: string, target: string): Promise<unknown> =>
  saveTargets(
    chains,
    name,
    targetsOf(chains, name).filter((each) => each.target !== target),
  );

/** Saves a chain with other targets. @throws ConflictError · ApiError */
export const saveTargets = (chains: Chains, name: string, targets: readonly ChainTargetView[]): Promise<unknown> => {
  const held = heldChain(chains, name);
  return saveChain(name, held, { ...(held.value as ChainAsWritten), targets });
};

const targetsOf = (chains: Chains, name: string): readonly ChainTargetView[] =>
  chains.chains.find((chain) => chain.name === name)?.targets ?? [];

/** A name for a copy of a chain that no chain has: `fast 2`, `fast 3`. */
export const nameOfCopy = (name: string, taken: readonly string[]): string => {
  const [, stem = name] = /^(.*) \d+$/.exec(name) ?? [];
  for (let count = 2; ; count++) if (!taken.includes(`${stem} ${count}`)) return `${stem} ${count}`;
};
