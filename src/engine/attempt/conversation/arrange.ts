import type { ConversationRules } from '../../../plugin/door/conversation.js';
import type { ProviderType } from '../../../plugin/door/provider-type.js';
import { type Fields, isFields } from '../../../plugin/fields.js';
import { withNeighboursJoined } from '../../../plugin/message-content.js';
import { withCallFields, withReasoning } from './answer-fields.js';
import { withCallIds } from './call-ids.js';
import { withPlainSchemas } from './plain-schemas.js';
import { systemFirst, withAnswerAfterTools, withLastAssistant } from './roles.js';

/** What providers require that say nothing else. */
const DEFAULTS: ConversationRules = {
  toolCallIds: { pattern: /^[A-Za-z0-9_-]{1,40}$/, prefix: 'call_', length: 24 },
  reasoning: { fields: [] },
};

type Messages = readonly Fields[];

interface Step {
  /** What it does, for the log. */
  readonly change: string;
  /** Returns `messages` itself if nothing changes. */
  readonly apply: (messages: Messages, rules: ConversationRules) => Messages;
}

const STEPS: readonly Step[] = [
  {
    change: 'changed the reasoning of earlier answers: providers take only what they ask for',
    apply: (messages, { reasoning }) => (reasoning === undefined ? messages : withReasoning(messages, reasoning)),
  },
  {
    change: 'changed fields of earlier tool calls: providers take only their own',
    apply: (messages, { callFields }) => (callFields === undefined ? messages : withCallFields(messages, callFields)),
  },
  {
    change: 'moved the system messages: this target refuses them elsewhere',
    apply: (messages, { system }) => (system === undefined ? messages : systemFirst(messages, system)),
  },
  {
    change: 'joined messages of one role: this target refuses neighbours',
    apply: (messages, { joinNeighbours }) => (joinNeighbours ? withNeighboursJoined(messages) : messages),
  },
  {
    change: 'added a message of the assistant: this target refuses a user message right after a tool',
    apply: (messages, { answerAfterTools }) => (answerAfterTools ? withAnswerAfterTools(messages) : messages),
  },
  {
    change: 'marked the last message as a beginning: this target refuses it otherwise',
    apply: (messages, { lastAssistant }) =>
      lastAssistant === undefined ? messages : withLastAssistant(messages, lastAssistant),
  },
  {
    change: 'changed ids of tool calls: this target takes no others, or they came twice',
    apply: (messages, { toolCallIds }) => (toolCallIds === undefined ? messages : withCallIds(messages, toolCallIds)),
  },
];

/** Returns the rules for a model of a provider type. A later entry of the type overrides those before it. */
export const conversationRulesOf = ({ conversation = [], prefill }: ProviderType, model: string): ConversationRules =>
  Object.assign(
    {},
    DEFAULTS,
    prefill?.message === undefined ? undefined : { lastAssistant: prefill.message },
    ...conversation.filter((rules) => rules.model?.test(model) !== false),
  );

const NO_CHANGES: readonly string[] = [];

/**
 * Makes the earlier messages of a request what `rules` require. Returns `body` itself if nothing changes. `changes` says in
 * plain words what was done.
 */
export const arrangeConversation = (
  body: Fields,
  rules: ConversationRules,
): { readonly body: Fields; readonly changes: readonly string[] } => {
  const given = body.messages;
  if (!Array.isArray(given) || !given.every(isFields)) return { body, changes: NO_CHANGES };
  const changes: string[] = [];
  let messages: Messages = given;
  for (const { change, apply } of STEPS) {
    const next = apply(messages, rules);
    if (next !== messages) changes.push(change);
    messages = next;
  }
  const arranged = messages === given ? body : { ...body, messages };
  const plain = rules.plainSchemas ? withPlainSchemas(arranged) : arranged;
  if (plain !== arranged) changes.push('simplified the schemas of tools: this target refuses some keywords');
  return { body: plain, changes };
};
