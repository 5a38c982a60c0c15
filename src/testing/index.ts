/** For authors of plugins, `429chain/testing`: what shows that a provider type does all that 429chain needs of it. */
export { type ApiShape, OPENAI_SHAPE, type Said, type ToldLimit } from './api-shape.js';
export { type CheckGroup, type ConformanceOptions, testProviderType } from './conformance.js';
export type { CheckResult, ConformanceReport } from './report.js';
export * from './scripted-upstream.js';
