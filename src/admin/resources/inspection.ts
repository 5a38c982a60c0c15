import type { InspectionReply } from '../../contract/inspection.js';
import { durationText } from '../../plugin/readers/headers/headers.js';
import type { AdminParts } from '../parts.js';

/** What the last look at the providers found, and how often 429chain looks. */
export const inspectionOf = ({ inspections: { latest, everyMs } }: AdminParts): InspectionReply => ({
  ...(latest === undefined ? {} : { latest }),
  ...(everyMs === undefined ? {} : { every: durationText(everyMs) }),
});

/** Looks now. */
export const inspectNow = async (parts: AdminParts): Promise<InspectionReply> => {
  await parts.inspections.look();
  return inspectionOf(parts);
};
