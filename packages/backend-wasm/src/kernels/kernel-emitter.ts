import type { Expression, Kernel, Scalar } from '@evenkeel/backend';
import { type FunctionBuilder, f32, i32, type Local, ModuleBuilder } from '../assembler/index.ts';
import { Renderer } from '../renderer/renderer.ts';
import type { Features } from '../renderer/vector-math.ts';
import { faultAddress, faultBytes, type KernelModule, type Phase } from './kernel-module.ts';
import type { Cut, CutAxis, Share, SharedAxis } from './share.ts';

/** A part of the workspace: of the part that is common to all threads, or of each thread's own. */
export interface Place {
  readonly isOwn: boolean;
  readonly offset: number;
}

/** A binding behind the kernel's own: it stays at a place of the workspace, or where each phase sets it. */
export interface ScratchBinding {
  readonly dtype: Scalar;
  readonly place: Place | undefined;
}

/** What a phase's code is made with. */
export interface PhaseContext {
  readonly f: FunctionBuilder;
  readonly renderer: Renderer;
  /** What of the phase this call does; undefined where it is all of it. */
  readonly share: Share | undefined;
  /** The share as one of an axis, where the phase was cut along one. */
  readonly shared: SharedAxis | undefined;
  /** The scratch bindings. */
  readonly scratch: readonly Local<'i32'>[];
  at(place: Place): Local<'i32'>;
}

/** Makes a kernel's module phase by phase. */
export class KernelEmitter {
  readonly builder: ModuleBuilder;
  readonly kernel: Kernel;
  readonly features: Features;
  /** Everything that will be rendered. */
  readonly #roots: readonly Expression[];
  readonly #functions: FunctionBuilder[] = [];
  readonly #phases: Phase[] = [];
  readonly #scratch: ScratchBinding[] = [];
  #commonBytes = 0;
  #ownBytes = 0;
  #reportsFaults = false;

  constructor(kernel: Kernel, features: Features, roots: readonly Expression[]) {
    this.builder = new ModuleBuilder(features.sharedMemory);
    this.kernel = kernel;
    this.features = features;
    this.#roots = roots;
  }

  /** A part of the workspace, from a cache line on. All of them are reserved before the first phase. */
  reserve(bytes: number, isOwn: boolean): Place {
    const size = Math.ceil(bytes / 64) * 64;
    const offset = isOwn ? this.#ownBytes : this.#commonBytes;
    if (isOwn) this.#ownBytes += size;
    else this.#commonBytes += size;
    return { isOwn, offset };
  }

  scratch(binding: ScratchBinding): void {
    this.#scratch.push(binding);
  }

  /** The next phase: one call does all of it, or shares of the parts it is cut in. */
  phase(
    options: {
      readonly work: number;
      readonly cut?: Cut | undefined;
      readonly along?: CutAxis | undefined;
      readonly isWhole?: boolean;
    },
    body: (context: PhaseContext) => void,
  ): void {
    const { work, along, cut = along?.cut, isWhole = false } = options;
    const f = this.builder.function(['i32', 'i32', 'i32', 'i32', 'i32']);
    const context = this.#open(f, cut, along);
    body(context);
    context.renderer.faults.report();
    this.#reportsFaults ||= context.renderer.faults.used;
    this.#functions.push(f);
    this.#phases.push({ parts: cut?.parts ?? 1, work, isWhole });
  }

  finish(): KernelModule {
    return {
      bytes: this.builder.finish(this.#functions),
      phases: this.#phases,
      workspace: { commonBytes: this.#commonBytes, ownBytes: this.#ownBytes },
      reportsFaults: this.#reportsFaults,
    };
  }

  #open(f: FunctionBuilder, cut: Cut | undefined, along: CutAxis | undefined): PhaseContext {
    const [values, table, from, to, thread] = [0, 1, 2, 3, 4].map((i) => f.parameter<'i32'>(i)) as Parameters5;
    const place = (position: number) => i32.add(values, i32.load(table, position * 4));
    const { bindings, arguments: argumentTypes } = this.kernel;
    const bases = bindings.map((_, i) => f.i32(i32.load(place(i))));
    const given = argumentTypes.map((dtype, i) => {
      const word = place(bindings.length + i);
      return dtype === 'float32' ? f.local('f32', f32.load(word)) : f.i32(i32.load(word));
    });
    const common = f.i32();
    const own = f.i32();
    if (this.#commonBytes + this.#ownBytes > 0) {
      common.set(i32.load(place(bindings.length + given.length)));
      const ownStart = i32.add(common, this.#commonBytes);
      own.set(i32.add(ownStart, i32.mul(thread, this.#ownBytes)));
    }
    const at = ({ isOwn, offset }: Place) => f.i32(i32.add(isOwn ? own : common, offset));
    const scratch = this.#scratch.map((binding) => (binding.place ? at(binding.place) : f.i32()));
    const renderer = new Renderer({
      f,
      features: this.features,
      bases: [...bases, ...scratch],
      dtypes: [...bindings, ...this.#scratch].map(({ dtype }) => dtype),
      arguments: given,
      kernel: this.kernel,
      faultAddress: f.i32(i32.add(faultAddress, i32.mul(thread, faultBytes))),
      roots: this.#roots,
    });
    const share = cut && cut.parts > 1 ? { ...cut, from, to } : undefined;
    return { f, renderer, share, shared: along && share && { axis: along.axis, share }, scratch, at };
  }
}

type Parameters5 = [Local<'i32'>, Local<'i32'>, Local<'i32'>, Local<'i32'>, Local<'i32'>];
