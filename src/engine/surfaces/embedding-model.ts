/** Names of models that return vectors, as their makers choose them. */
const EMBEDDING =
  /embed|(?:^|[^a-z])(?:bge|gte|e5|minilm|mpnet|voyage|sfr|uae|stella|labse|arctic-embed|m2-bert|instructor|sentence-transformers?|retriev(?:er|al)|colbert|splade)(?:[^a-z]|$)/;
/** Rerankers share their families' names, and return no vectors. */
const RERANKER = /rerank/;

/** Whether a model returns vectors, as far as its name says. */
export const isEmbeddingModel = (model: string): boolean => {
  const name = model.toLowerCase();
  return EMBEDDING.test(name) && !RERANKER.test(name);
};

/** Ends of a name that say how the weights are stored, how they are sold, or that they are the newest. */
const SUFFIX =
  /[-.:_@](?:latest|free|gguf|ggml|mlx|onnx|awq|gptq|exl2|(?:mlx-)?\d+-?bit|(?:b|m)?f(?:p|loat)?(?:8|16|32)(?:_e\dm\d)?|int[48]|i?q\d(?:_[a-z0-9]+)*)$/;

/**
 * Returns the name by which the same model is known everywhere: without the vendor in front and the quantisation behind.
 * Vectors of models with the same name can be compared.
 */
export const bareModel = (model: string): string => {
  let name = model
    .toLowerCase()
    .replace(/^.*\//, '')
    .replace(/^[a-z]+\.(?=[a-z])/, '');
  for (let before = ''; before !== name; ) {
    before = name;
    name = name.replace(SUFFIX, '');
  }
  return name.replace(/[:_]/g, '-');
};
