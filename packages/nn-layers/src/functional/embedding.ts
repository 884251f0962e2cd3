import { scope, type Tensor, where } from '@evenkeel/tensor';

export interface EmbeddingLookupOptions {
  /** A row that is looked up as it stands but gets no gradient; negative counts from the end. */
  paddingIdx?: number;
}

/**
 * The rows of a table; `torch.nn.functional.embedding`.
 *
 * @param input int32 row numbers of any shape `[...]`
 * @param weight `[rows, features]`
 * @returns `[..., features]`
 * @throws IndexError for a row number outside the table
 */
export function embedding(input: Tensor, weight: Tensor, options: EmbeddingLookupOptions = {}): Tensor {
  const { paddingIdx } = options;
  return scope(() => {
    const rows = weight.indexSelect(0, input.flatten()).reshape([...input.shape, ...weight.shape.slice(1)]);
    if (paddingIdx === undefined || !rows.requiresGrad) return rows;
    const [numEmbeddings = 0] = weight.shape;
    const padding = input.eq(paddingIdx < 0 ? paddingIdx + numEmbeddings : paddingIdx).unsqueeze(-1);
    return where(padding, rows.detach(), rows);
  });
}
