import { BERTForMaskedTokens, fromBERT, fromGPT2, GPT, ResNet, toGPT2 } from '@evenkeel/models';
import type { Module } from '@evenkeel/nn-layers';
import type { Tensor } from '@evenkeel/tensor';

/** A small model of a published shape, how its published state dict becomes ours and back, and how it is called. */
export interface ModelRow {
  make: () => Module;
  map?: (stateDict: ReadonlyMap<string, Tensor>) => ReadonlyMap<string, Tensor>;
  mapBack?: (stateDict: ReadonlyMap<string, Tensor>) => ReadonlyMap<string, Tensor>;
  call: (model: never, inputs: readonly Tensor[]) => Tensor;
}

export const models: Readonly<Record<string, ModelRow>> = {
  gpt2: {
    make: () => new GPT(13, { contextLength: 8, dModel: 8, nhead: 2, numLayers: 2, activation: 'gelu-tanh' }),
    map: fromGPT2,
    mapBack: toGPT2,
    call: (model: GPT, [tokens]) => model.call(tokens!),
  },
  bert: {
    make: () => new BERTForMaskedTokens(13, { maxLength: 8, dModel: 8, nhead: 2, numLayers: 2, dimFeedforward: 12 }),
    map: fromBERT,
    call: (model: BERTForMaskedTokens, [tokens, segments, paddingMask]) =>
      model.call(tokens!, { segments, paddingMask }),
  },
  // ResNet-18 of a thirty-second of its width; the names are torchvision's, so nothing is mapped.
  resnet18: {
    make: () => new ResNet([2, 2, 2, 2], { width: 2, classes: 5 }),
    call: (model: ResNet, [images]) => model.call(images!),
  },
};
