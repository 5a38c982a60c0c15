import type { Surface } from '../plugin/door/surface.js';
import { speech } from './audio/speech.js';
import { transcriptions, translations } from './audio/transcriptions.js';
import { completions } from './completions/surface.js';
import { embeddings } from './embeddings/surface.js';
import { images } from './images.js';
import { moderations } from './moderations.js';
import { rerank } from './rerank.js';

/** The endpoints that 429chain has beside the protocols of chat. */
export const SURFACES: readonly Surface[] = [
  embeddings,
  completions,
  transcriptions,
  translations,
  speech,
  moderations,
  rerank,
  images,
];
