import type { Program } from './program.js';
import { agents } from './programs/agents.js';
import { aiSdk5, aiSdkAnthropic, aiSdkOpenAi } from './programs/ai-sdk.js';
import { anthropicSdk } from './programs/anthropic.js';
import { claudeCode, codex } from './programs/command-lines.js';
import { langchainAnthropic, langchainChat, langchainResponses } from './programs/langchain.js';
import { ollama } from './programs/ollama.js';
import { openaiAudio, openaiChat, openaiEmbeddings, openaiResponses } from './programs/openai.js';

/** Every client that is tried, in the order of the table. */
export const PROGRAMS: readonly Program[] = [
  openaiChat,
  openaiResponses,
  openaiEmbeddings,
  openaiAudio,
  anthropicSdk,
  aiSdkOpenAi,
  aiSdkAnthropic,
  aiSdk5,
  langchainChat,
  langchainResponses,
  langchainAnthropic,
  agents,
  ollama,
  codex,
  claudeCode,
];
