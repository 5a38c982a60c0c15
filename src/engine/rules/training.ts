import type { TrainingStanding } from '../../contract/standing.js';
import type { TrainingPosture } from '../../plugin/door/provider-type.js';
import { isOwnServer, sourceOf, type TargetFacts, titleOf, whyElsewhere, whyForeign } from './facts.js';

const POSTURES: Readonly<Record<TrainingPosture['posture'], string>> = {
  no: 'does not train on requests',
  may: 'may train on requests',
  unknown: 'does not say whether it trains on requests',
};

const stated = (title: string, { posture, note, ...rest }: TrainingPosture): TrainingStanding => ({
  training: posture,
  why: `${title} ${POSTURES[posture]}${note === undefined ? '' : ` (${note.replace(/\.$/, '')})`}`,
  ...sourceOf(rest),
});

/**
 * Returns whether a target's provider trains models on what a chain with `privacy: 'no-training'` sends, and how that is
 * known. Your own word counts first. A server of your own does not train, as long as its address is in your own network.
 */
export const trainingOf = (facts: TargetFacts): TrainingStanding => {
  const { about, noTraining } = facts.providerType;
  const own = facts.stated.training;
  if (own !== undefined) return { training: own, why: `the configuration says \`training: '${own}'\`` };
  if (isOwnServer(facts)) {
    const elsewhere = whyElsewhere(facts);
    return elsewhere === undefined
      ? { training: 'no', why: 'requests stay in your own network' }
      : { training: 'unknown', why: elsewhere };
  }
  const foreign = whyForeign(facts);
  if (foreign !== undefined) return { training: 'unknown', why: foreign };
  return stated(titleOf(facts), noTraining?.training ?? about?.training ?? { posture: 'unknown' });
};
