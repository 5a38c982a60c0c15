/** The ways to ask 429chain. */
export type ProtocolId =
  | 'chat'
  | 'responses'
  | 'messages'
  | 'completions'
  | 'embeddings'
  | 'images'
  | 'rerank'
  | 'moderations'
  | 'speech'
  | 'transcriptions'
  | 'translations';
