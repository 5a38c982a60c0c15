/** `429chain/testing`, for authors of plugins: checks that a provider type works with 429chain. */
export { type AnswerContent, type ApiShape, type LimitHeaders, OPENAI_SHAPE } from './api-shape.js';
export { type CheckGroup, type ConformanceOptions, testProviderType } from './conformance.js';
export type { CheckResult, ConformanceReport } from './report.js';
export * from './scripted-upstream.js';
