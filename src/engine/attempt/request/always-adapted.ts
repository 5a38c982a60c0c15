import { type CompiledAdaptation, compileAdaptations } from '../../../plugin/door/adapt.js';

/**
 * Adaptations for every provider. OpenAI's own API refuses these fields too, and the request means the same without them, so
 * 429chain drops them before a provider refuses them.
 */
export const ALWAYS: readonly CompiledAdaptation[] = compileAdaptations(
  [
    { field: 'tools', when: { empty: true }, drop: true, why: 'an empty list is refused' },
    { field: 'functions', when: { empty: true }, drop: true, why: 'an empty list is refused' },
    { field: 'tool_choice', when: { without: 'tools' }, drop: true, why: 'it is refused without tools' },
    { field: 'parallel_tool_calls', when: { without: 'tools' }, drop: true, why: 'it is refused without tools' },
    { field: 'function_call', when: { without: 'functions' }, drop: true, why: 'it is refused without functions' },
  ],
  '',
);
