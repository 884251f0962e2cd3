export { type AffineOptions, affine } from './augment/affine.ts';
export { type CropWindow, crop } from './augment/crop.ts';
export { flip } from './augment/flip.ts';
export {
  chainAugmentations,
  type ImageAugmentation,
  type RandomAffineOptions,
  randomAffine,
  randomCrop,
  randomFlip,
} from './augment/random-image.ts';
export { type Batch, collate } from './collate.ts';
export { DataLoader, type DataLoaderOptions } from './data-loader.ts';
export { ArrayDataset, type Dataset, Subset } from './dataset.ts';
export { type CalendarDay, calendarDay, DAY_COUNT, fromIso, toIso, weekday } from './dates/calendar-day.ts';
export { type DatePair, type DateSample, DatesDataset, datesTask } from './dates/dates-task.ts';
export { DATE_FORMS } from './dates/forms.ts';
export {
  DATE_CHARACTERS,
  DATE_VOCABULARY_SIZE,
  decodeTarget,
  END,
  encodeSource,
  encodeTarget,
  MAX_SOURCE_LENGTH,
  normalizeDateText,
  PADDING,
  START,
  TARGET_LENGTH,
} from './dates/tokens.ts';
export type { Field, HostArray, Sample, TypedArray } from './host-array.ts';
export { gunzip, isGzip } from './idx/gunzip.ts';
export { type IdxArray, parseIdx, parseIdxOrGzip } from './idx/parse-idx.ts';
export { ImageDataset, type LabeledImage } from './images/image-dataset.ts';
export { CIFAR10_CLASSES, parseCifar10 } from './images/parse-cifar.ts';
export { resize } from './images/resize.ts';
export { type Fold, kFold } from './k-fold.ts';
export { HostGenerator } from './random/host-generator.ts';
export { FeatureScaler } from './scaling/feature-scaler.ts';
export { MinMaxScaler, type MinMaxScalerState } from './scaling/min-max-scaler.ts';
export { StandardScaler, type StandardScalerState } from './scaling/standard-scaler.ts';
export { collatePadded, type PaddedBatch } from './sequences/collate-padded.ts';
export { type PaddedSequences, type PaddingOptions, padSequences } from './sequences/pad-sequences.ts';
export { randomSplit } from './split.ts';
export { type BleuScore, corpusBleu, sentenceBleu } from './text/bleu.ts';
export {
  BytePairTokenizer,
  type BytePairTokenizerState,
  type BytePairTrainingOptions,
} from './text/byte-pair-tokenizer.ts';
export type { Pair } from './text/byte-pair-training.ts';
export { CharacterVocabulary } from './text/character-vocabulary.ts';
export { TextDataset, type TextWindow } from './text/text-dataset.ts';
export {
  SPECIAL_WORDS,
  splitWords,
  WordVocabulary,
  type WordVocabularyOptions,
  type WordVocabularyState,
} from './text/word-vocabulary.ts';
