import {
  DATE_CHARACTERS,
  decodeTarget,
  END,
  encodeSource,
  encodeTarget,
  fromIso,
  MAX_SOURCE_LENGTH,
  normalizeDateText,
  PADDING,
  START,
  TARGET_LENGTH,
} from '@evenkeel/data';
import type { Seq2SeqTransformer } from '@evenkeel/models';
import { noGrad, type Tensor, tensor } from '@evenkeel/tensor';

/**
 * Below this probability of its least certain character an answer is a guess. Trained with label smoothing, the model
 * gives a character it is sure of about 0.9.
 */
const SURE = 0.5;

/** A date in ISO form, or why a text is none. */
export type DateReading = { iso: string; reason?: undefined } | { iso: null; reason: string };

/** Reads a date as a trained model does, and doubts the answer where there is cause to. */
export async function readDate(model: Seq2SeqTransformer, text: string): Promise<DateReading> {
  const written = normalizeDateText(text);
  const none = (reason: string): DateReading => ({ iso: null, reason });
  const unknown = [...written].find((character) => !DATE_CHARACTERS.has(character));
  if (unknown !== undefined) return none(`"${unknown}" occurs in no written date`);
  if (written === '') return none('the text is empty');
  if (written.length > MAX_SOURCE_LENGTH) return none(`longer than any written date (${MAX_SOURCE_LENGTH} characters)`);
  const source = tensor(encodeSource(written), { shape: [1, MAX_SOURCE_LENGTH] });
  const sourcePaddingMask = source.eq(PADDING);
  const lengths = { startToken: START, endToken: END, maxLength: TARGET_LENGTH };
  const [ids = []] = await model.generate(source, { ...lengths, sourcePaddingMask });
  const answer = decodeTarget(ids);
  const date = fromIso(answer);
  if (!date) return none(`the model answers "${answer}", which is no day from 1900 to 2099`);
  // Every written form names its year and its day in digits; an answer with others is made up.
  const numbers = written.match(/\d+/g)?.map(Number) ?? [];
  const missing = (['year', 'day'] as const).find((part) => !numbers.includes(date[part]));
  if (missing) return none(`the model answers ${answer}, and the text names no ${missing} ${date[missing]}`);
  const sureness = await leastProbability(model, source, answer);
  if (sureness >= SURE) return { iso: answer };
  return none(`the model would guess ${answer}, and is ${Math.round(100 * sureness)} % sure of it at most`);
}

/** The probability that the model gives the least certain character of an answer. */
async function leastProbability(model: Seq2SeqTransformer, source: Tensor, answer: string): Promise<number> {
  const { input, output } = encodeTarget(answer);
  const least = noGrad(() => {
    const target = tensor(input, { shape: [1, TARGET_LENGTH] });
    const logits = model.call(source, target, { sourcePaddingMask: source.eq(PADDING) });
    const chosen = tensor(output, { shape: [1, TARGET_LENGTH, 1] });
    return logits.softmax(-1).gather(-1, chosen).amin();
  });
  return least.item();
}
