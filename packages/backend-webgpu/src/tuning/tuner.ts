import { type ContractionKernel, isRepeat, kernelKey, type Program, type Step } from '@evenkeel/backend';
import { dimensions } from '../kernels/choose-variant.ts';
import type { Profile } from '../kernels/profile.ts';
import type { Variant } from '../kernels/variant.ts';
import { candidatesFor, textOf } from './candidates.ts';
import { fastest } from './fastest.ts';
import { type Stopwatch, stopwatchFor } from './stopwatch.ts';
import type { TuningStore } from './store.ts';

/** Goes up whenever the shaders of contractions change: what was measured before says nothing then. */
export const revision = 2;

export interface TunerOptions {
  readonly store: TuningStore;
  readonly profile: Profile;
  /** The adapter's name. */
  readonly name: string;
  /** What else the choice depends on: the same adapter may have other limits in another browser. */
  readonly limits: string;
  /** Times variants on the device. */
  readonly stopwatch: (kernel: ContractionKernel, variants: readonly Variant[]) => Promise<Stopwatch | undefined>;
}

/** The tuner of a device, with what its store remembers of it. */
export function tunerFor(
  { info, limits }: GPUAdapter,
  device: GPUDevice,
  profile: Profile,
  store: TuningStore,
): Promise<Tuner> {
  const { vendor, architecture, device: model, description } = info;
  const { maxComputeWorkgroupStorageSize, maxComputeInvocationsPerWorkgroup, maxStorageBufferBindingSize } = limits;
  const known = [maxComputeWorkgroupStorageSize, maxComputeInvocationsPerWorkgroup, maxStorageBufferBindingSize];
  return Tuner.open({
    store,
    profile,
    name: [vendor, architecture, model, description].filter(Boolean).join(' '),
    limits: [...known, ...(['sharedMemory', 'subgroups'] as const).filter((one) => profile[one])].join(' '),
    stopwatch: (kernel, variants) => stopwatchFor(device, kernel, profile, variants),
  });
}

/** Finds out which variants are the fastest on a device for the contractions of the programs that it gets, and remembers it. */
export class Tuner {
  readonly #options: TunerOptions;
  readonly #place: string;
  /** What is known to be right for this device: by measurement, or because there is nothing to choose from. */
  readonly #choices = new Map<string, Variant>();
  readonly #keys = new WeakMap<ContractionKernel, string>();
  #remembered: Record<string, unknown>;
  #last: Promise<void> = Promise.resolve();

  private constructor(options: TunerOptions, place: string, remembered: Record<string, unknown>) {
    this.#options = options;
    this.#place = place;
    this.#remembered = remembered;
  }

  static async open(options: TunerOptions): Promise<Tuner> {
    const place = `evenkeel products: ${options.name}`;
    return new Tuner(options, place, await recall(options, place));
  }

  /** The variant for a contraction, once a program with it was tuned. */
  readonly choice = (kernel: ContractionKernel): Variant | undefined => this.#choices.get(this.#keyOf(kernel));

  /** Measures what is not known of a program's contractions; undefined where there is nothing to do. */
  tune(program: Program): Promise<void> | undefined {
    const unknown = contractionsOf(program.steps).filter((kernel) => !this.#knows(kernel));
    if (unknown.length === 0) return undefined;
    // One after another: what runs beside a measurement spoils it.
    this.#last = this.#last.then(async () => {
      const measured: Record<string, Variant> = {};
      for (const kernel of unknown) {
        if (this.#choices.has(this.#keyOf(kernel))) continue;
        const variant = await this.#measure(kernel);
        if (variant) measured[this.#keyOf(kernel)] = variant;
      }
      if (Object.keys(measured).length > 0) await this.#remember(measured);
    });
    return this.#last;
  }

  #knows(kernel: ContractionKernel): boolean {
    const key = this.#keyOf(kernel);
    if (this.#choices.has(key)) return true;
    const candidates = candidatesFor(kernel, this.#options.profile);
    const told = this.#remembered[key];
    // A store may hold anything: only what would be measured is taken.
    const known = candidates.find((one) => told instanceof Object && textOf(one) === textOf(told));
    if (known) this.#choices.set(key, known);
    else if (told !== undefined) warn(`what is remembered for ${key} is no variant, it is measured again`);
    else if (candidates.length === 1) this.#choices.set(key, candidates[0] as Variant);
    return this.#choices.has(key);
  }

  /** Chooses for a contraction; gives the choice where it was measured, and takes what the table says where it cannot be. */
  async #measure(kernel: ContractionKernel): Promise<Variant | undefined> {
    const variants = candidatesFor(kernel, this.#options.profile);
    let measured: Variant | undefined;
    try {
      const stopwatch = await this.#options.stopwatch(kernel, variants);
      if (stopwatch) {
        try {
          measured = await fastest(variants, stopwatch.clock);
        } finally {
          stopwatch.close();
        }
      }
    } catch (error) {
      warn(`${this.#keyOf(kernel)} could not be measured (${error})`);
    }
    this.#choices.set(this.#keyOf(kernel), measured ?? (variants[0] as Variant));
    return measured;
  }

  async #remember(measured: Record<string, Variant>): Promise<void> {
    // Somebody else may have measured meanwhile.
    this.#remembered = { ...(await recall(this.#options, this.#place, () => {})), ...measured };
    const { limits, store } = this.#options;
    try {
      await store.setItem(this.#place, JSON.stringify({ revision, limits, choices: this.#remembered }));
    } catch (error) {
      warn(`what was measured is not remembered (${error})`);
    }
  }

  #keyOf(kernel: ContractionKernel): string {
    let key = this.#keys.get(kernel);
    if (key === undefined) {
      // What is stored, and where, hardly matters, unless it is float16: contractions that differ in that alone share their choice.
      const bindings = kernel.bindings.some(({ dtype }) => dtype === 'float16') ? kernel.bindings : [];
      key = `${dimensions(kernel).join('x')} ${hashOf(kernelKey({ ...kernel, stores: [], bindings }))}`;
      this.#keys.set(kernel, key);
    }
    return key;
  }
}

/** What a store remembers by contraction; nothing where it was measured by another revision or under other limits. */
async function recall({ store, limits }: TunerOptions, place: string, tell = warn): Promise<Record<string, unknown>> {
  try {
    const text = await store.getItem(place);
    if (text === null || text === undefined) return {};
    const told = JSON.parse(text);
    if (told.revision === revision && told.limits === limits && told.choices instanceof Object) return told.choices;
    tell(`what is remembered of ${place} was measured by another version or under other limits, it is measured again`);
  } catch (error) {
    tell(`what is remembered of ${place} cannot be read, it is measured again (${error})`);
  }
  return {};
}

function contractionsOf(steps: readonly Step[]): ContractionKernel[] {
  return steps.flatMap((step) => {
    if (isRepeat(step)) return contractionsOf(step.body);
    return step.kernel.form === 'contraction' ? [step.kernel] : [];
  });
}

function warn(text: string): void {
  console.warn(`Tuning webgpu: ${text}`);
}

/** FNV-1a. */
function hashOf(text: string): string {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return (hash >>> 0).toString(16).padStart(8, '0');
}
