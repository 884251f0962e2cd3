import { ConfigError, DataError } from '@evenkeel/errors';
import { checkedIndex, type Dataset } from '../dataset.ts';

/** A stretch of text and the same stretch one character later: what comes next at each place. Both `[context]`. */
export interface TextWindow {
  readonly input: Int32Array;
  readonly target: Int32Array;
}

/**
 * The windows of a text in which a language model learns to tell the next character.
 *
 * ```ts
 * const windows = new TextDataset(Int32Array.of(1, 2, 3, 4, 5), { context: 3 });
 * console.log(windows.length, windows.get(1)); // prints 2 { input: Int32Array(3) [ 2, 3, 4 ], target: Int32Array(3) [ 3, 4, 5 ] }
 * ```
 *
 * @param ids the text as ids
 * @param options.context characters in a window
 * @param options.stride from the start of a window to the next one's; default 1, every place; `context` lets windows
 *   touch without overlap, as validation wants it
 * @throws DataError if the text is too short for one window, ConfigError for a context or stride that is no positive whole number
 */
export class TextDataset implements Dataset<TextWindow> {
  readonly length: number;
  readonly context: number;
  readonly stride: number;
  readonly #ids: Int32Array;

  constructor(ids: Int32Array, { context, stride = 1 }: { context: number; stride?: number }) {
    for (const [name, value] of Object.entries({ context, stride })) {
      if (Number.isInteger(value) && value >= 1) continue;
      throw new ConfigError(`The ${name} of a text dataset is not usable`, {
        got: String(value),
        expected: 'a whole number of at least 1',
      });
    }
    if (ids.length <= context) {
      throw new DataError('The text is too short for its windows', {
        got: `${ids.length} characters`,
        expected: `at least ${context + 1}: ${context} to read and the one that follows`,
        remedy: 'use a longer text or a shorter context',
      });
    }
    this.context = context;
    this.stride = stride;
    this.length = Math.floor((ids.length - context - 1) / stride) + 1;
    this.#ids = ids;
  }

  get(index: number): TextWindow {
    const start = checkedIndex(index, this.length) * this.stride;
    return {
      input: this.#ids.subarray(start, start + this.context),
      target: this.#ids.subarray(start + 1, start + 1 + this.context),
    };
  }
}
