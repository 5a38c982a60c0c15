import { type CompiledAdaptation, compileAdaptations } from '../../plugin/door/adapt.js';

/**
 * What goes for every provider: OpenAI's own API refuses these fields too, and without them the request means the same. So
 * they are dropped before a provider refuses them.
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
