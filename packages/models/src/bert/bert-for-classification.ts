import { Dropout, Linear, Module } from '@evenkeel/nn-layers';
import { scope, type Tensor } from '@evenkeel/tensor';
import { BERT, type BERTInputs, type BERTOptions, startAsBERT } from './bert.ts';

/**
 * BERT that sorts whole sequences into classes, by a linear head on the pooled first token.
 *
 * Input int32 `[N, T]`, output logits `[N, classes]`. Devlin et al. 2019, section 4.1.
 * Parameters: `bert.*`, `classifier`.
 *
 * ```ts
 * const model = new BERTForClassification(100, 3, { dModel: 32, nhead: 4, numLayers: 2 });
 * console.log(model.call(randint(0, 100, [2, 10])).shape); // prints [ 2, 3 ]
 * ```
 */
export class BERTForClassification extends Module {
  bert: BERT;
  dropout: Dropout;
  classifier: Linear;

  constructor(vocabularySize: number, classes: number, options: BERTOptions = {}) {
    super();
    this.bert = new BERT(vocabularySize, options);
    this.dropout = new Dropout(options.dropout ?? 0.1);
    this.classifier = new Linear(this.bert.dModel, classes);
    startAsBERT(this.classifier);
  }

  override forward(tokens: Tensor, inputs: BERTInputs = {}): Tensor {
    return scope(() => this.classifier.call(this.dropout.call(this.bert.pool(this.bert.call(tokens, inputs)))));
  }
}
