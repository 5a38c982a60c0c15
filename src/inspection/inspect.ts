import type { CatalogueProvider } from '../catalogue/read.js';
import type { Finding } from '../contract/inspection.js';
import { bareId } from '../engine/models/model-list.js';
import type { ProviderReport } from '../engine/models/provider-models.js';
import type { PreparedProvider, PreparedTarget } from '../engine/target.js';
import type { QuotaStatus } from '../ledger/ledger.js';
import { differingLimits } from './differing-limits.js';
import type { SeenModels } from './seen-models.js';

/** What an inspection looks at. */
export interface Inspected {
  readonly providers: readonly PreparedProvider[];
  /** Every target of every chain, once. */
  readonly targets: readonly PreparedTarget[];
  /** What each provider answered when it was asked for its models, by `keyedId`. */
  readonly reports: ReadonlyMap<string, ProviderReport>;
  /** What the ledger knows of the limits of a target. */
  readonly quotasOf: (target: PreparedTarget) => readonly QuotaStatus[];
  readonly catalogue: readonly CatalogueProvider[];
  /** The models that earlier inspections saw. */
  readonly seen: SeenModels;
}

/** Compares the configuration with what the providers say, and with the catalogue. Changes nothing. */
export const inspect = ({ providers, targets, reports, quotasOf, catalogue, seen }: Inspected): Finding[] => [
  ...providers.flatMap((provider) => keyFinding(provider, reports)),
  // A target that two chains set differently is here twice.
  ...onceEach(targets.flatMap((target) => modelFinding(target, reports, seen))),
  ...onceEach(
    targets.flatMap((target) => {
      const facts = catalogue.find(({ type }) => type === target.type);
      return facts === undefined ? [] : differingLimits(target, quotasOf(target), facts);
    }),
  ),
];

/** Targets share the limits of their account. */
const onceEach = (findings: readonly Finding[]): Finding[] => [
  ...new Map(findings.map((finding) => [`${finding.about} ${finding.problem}`, finding])).values(),
];

const keyFinding = ({ keyedId, providerType }: PreparedProvider, reports: Inspected['reports']): readonly Finding[] => {
  const report = reports.get(keyedId);
  if (report?.state !== 'key refused') return [];
  const keyUrl = providerType.about?.keyUrl;
  return [
    {
      kind: 'key refused',
      about: keyedId,
      problem: `${keyedId} refuses its key: ${report.detail}`,
      advice: keyUrl === undefined ? 'Make a new key.' : `Look at the key, or make a new one: ${keyUrl}`,
    },
  ];
};

const modelFinding = (
  { id, keyedId, model }: PreparedTarget,
  reports: Inspected['reports'],
  seen: SeenModels,
): readonly Finding[] => {
  const models = reports.get(keyedId)?.models;
  if (models === undefined) return [];
  const listed = models.find((each) => each.id === bareId(model));
  const before = seen[id];
  if (listed === undefined) {
    const since = before === undefined ? '' : `, and it was there on ${before.listedOn}`;
    return [
      {
        kind: 'model gone',
        about: id,
        problem: `The provider does not list ${model}${since}.`,
        advice: 'Choose another model in its place. If it still answers, the list is not complete.',
      },
    ];
  }
  if (listed.free !== false || before?.freeOn === undefined) return [];
  return [
    {
      kind: 'model not free',
      about: id,
      problem: `${model} is no longer free: it was on ${before.freeOn}.`,
      advice: 'Choose another model, or set free: "only" on the chain. 429chain then skips this one.',
    },
  ];
};
