import type { Verdict } from '../answer.js';
import { type Fields, fieldsOf, listOf } from '../fields.js';
import type { PlaygroundProtocol } from '../protocol.js';

/** Judges whether a text is harmful. */
export const moderations: PlaygroundProtocol = {
  id: 'moderations',
  title: 'Moderations',
  path: '/v1/moderations',
  endpoint: 'moderations',
  about: 'Whether a text is harmful, and in which way.',
  prompt: { label: 'Text to judge', placeholder: 'A text' },
  parameters: [],
  body: ({ prompt }) => ({ input: prompt }),
  whole: (answer, into) => {
    const { results, usage } = fieldsOf(answer);
    into.result({ kind: 'verdicts', verdicts: listOf(results).map(verdictOf) });
    into.usage(fieldsOf(usage).prompt_tokens, undefined);
  },
};

const verdictOf = ({ flagged, categories, category_scores: scores }: Fields): Verdict => {
  const found = fieldsOf(categories);
  const rated = fieldsOf(scores);
  const names = [...new Set([...Object.keys(found), ...Object.keys(rated)])];
  const all = names.map((name) => {
    const score = rated[name];
    return { name, flagged: found[name] === true, ...(typeof score === 'number' ? { score } : {}) };
  });
  return {
    flagged: typeof flagged === 'boolean' ? flagged : all.some((category) => category.flagged),
    categories: all.toSorted(
      (one, other) => Number(other.flagged) - Number(one.flagged) || (other.score ?? 0) - (one.score ?? 0),
    ),
  };
};
