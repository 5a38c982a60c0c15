import { join } from 'node:path';
import type { PreparedTarget } from '../engine/target.js';
import type { QuotaStatus } from '../ledger/ledger.js';
import type { LedgerSnapshot } from '../ledger/memory/ledger-snapshot.js';
import { MemoryLedger } from '../ledger/memory/memory-ledger.js';
import type { Candidate } from '../runtime/build.js';
import { readTextFile } from '../text-file.js';

/**
 * Returns what a running or stopped 429chain has measured of the limits of each target, as far as its data folder says.
 * Writes nothing.
 */
export const measuredLimits = ({
  settings,
  shared,
  accounts,
  targets,
}: Candidate): ((target: PreparedTarget) => readonly QuotaStatus[]) => {
  const ledger = new MemoryLedger(shared.clock);
  try {
    ledger.restore(JSON.parse(readTextFile(join(settings.dataDir, 'ledger.json'))) as LedgerSnapshot);
    ledger.configure(
      accounts,
      targets.map(({ scopes }) => scopes),
      [],
    );
  } catch {
    // Nothing was measured yet, or the file is damaged: the next start says so.
    return () => [];
  }
  return ({ id }) => ledger.status(id).quotas;
};
