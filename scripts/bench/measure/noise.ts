import { HAS_PROC, machineSeconds, ownSeconds } from './proc.js';

/** Cores that other processes may use while something is measured. */
const NOISY_CORES = 0.35;

/** Watches how much CPU other processes use from now on. The returned function tells whether it was too much. */
export const watchNoise = (): (() => boolean) => {
  const strangerSeconds = (): number => machineSeconds() - ownSeconds();
  const [startedAt, before] = [performance.now(), HAS_PROC ? strangerSeconds() : 0];
  return () => {
    const seconds = (performance.now() - startedAt) / 1_000;
    return HAS_PROC && (strangerSeconds() - before) / seconds > NOISY_CORES;
  };
};
