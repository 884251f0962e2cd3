/**
 * Which values are computed together. Values are placed from the last to the first, so that all that read a value are
 * placed before it; each is then
 *
 * 1. computed inside of every cluster that reads it, where that is cheap and no comparison could tell: views always, the rest up to a
 *    limit;
 * 2. otherwise computed in one of these clusters and kept there for the others, where its elements or rows are the cluster's own:
 *    so a chain of operations, the folds over one row, and what follows a product become one kernel;
 * 3. otherwise in a cluster of its own, or with another that goes over the same elements and reads the same: so is what shall be
 *    computed ahead of its readers.
 */
import { type Expression, getOrMake, type Limits, sizeOf } from '@evenkeel/backend';
import type { Graph } from '../graph/graph.ts';
import {
  type AppliedValue,
  type ComputedValue,
  type OutcomeValue,
  type RepeatValue,
  sourcesOf,
  type Value,
} from '../graph/value.ts';
import type { Lowering } from '../primitive.ts';
import { type Access, type Ask, Cluster, reaches } from './cluster.ts';
import { joinColumns } from './columns.ts';
import { comparedWithTheirOwn } from './compared.ts';
import { mayRepeat, placeKey } from './duplication.ts';
import { joinFold, placeFold } from './fold.ts';
import { inputsOf } from './inputs.ts';
import type { Joining } from './joining.ts';
import { chainCostOf, isView, type Kind, kindOf, neutralOf, seen } from './kinds.ts';
import { type Memory, wholeOf } from './memory.ts';
import { nearSourcesOf } from './near-sources.ts';
import { continuesProduct, placeProduct } from './product.ts';
import { hasRoom, type Need } from './room.ts';

export interface Fusion {
  readonly clusters: readonly Cluster[];
  /** Where each value that is not computed in place lies. */
  readonly memories: ReadonlyMap<Value, Memory>;
}

export interface FuseOptions {
  /** Whether operations are computed together at all (default true). Without, each is a kernel of its own, on views of memory. */
  readonly together?: boolean;
}

/** Puts a graph's values into clusters, in an order in which they can run. */
export function fuse(graph: Graph, { bindings, columnSums }: Limits, { together = true }: FuseOptions = {}): Fusion {
  const fusion = new Fuser(graph, together, bindings).run();
  return together && columnSums ? joinColumns(fusion, bindings) : fusion;
}

class Fuser {
  readonly #graph: Graph;
  readonly #together: boolean;
  readonly #bindings: number;
  readonly #clusters: Cluster[] = [];
  readonly #accesses = new Map<Value, Access[]>();
  /** Where values must lie: results, and parts of what is joined. */
  readonly #wanted = new Map<Value, Memory[]>();
  readonly #memories = new Map<Value, Memory>();
  #joining: Joining | undefined;
  /** Values that must have the same bits wherever they are read. */
  #compared: ReadonlySet<Value> = new Set();
  /** How many operations and results read each value. */
  readonly #uses = new Map<Value, number>();
  /** Clusters that come after a value although they do not read it. */
  readonly #waiting = new Map<Value, Set<Cluster>>();
  /** The results of each repeated body that somebody needs. */
  readonly #outcomes = new Map<RepeatValue, OutcomeValue[]>();

  constructor(graph: Graph, together: boolean, bindings: number) {
    this.#graph = graph;
    this.#together = together;
    this.#bindings = bindings;
  }

  run(): Fusion {
    this.#graph.results.forEach(({ value, into }, result) => {
      if (sizeOf(value.shape) === 0) return;
      this.#want(value, into ? { kind: 'input', input: into } : { kind: 'result', result });
    });
    const values = this.#reachable();
    // From the first on: the cost of each link of a long chain is then known when the next one asks.
    for (const value of values.toReversed()) if (value.kind === 'applied') chainCostOf(value);
    this.#compared = comparedWithTheirOwn(values);
    for (const value of values) {
      if (value.kind === 'applied') this.#place(value);
      else if (value.kind === 'outcome') this.#placeOutcome(value);
      else this.#repeat(value);
    }
    return { clusters: this.#clusters, memories: this.#memories };
  }

  /** Every value that a result depends on, the latest first. */
  #reachable(): ComputedValue[] {
    const found = new Set<ComputedValue>();
    const waiting = this.#graph.results.map(({ value }) => value);
    for (let value = waiting.pop(); value; value = waiting.pop()) {
      this.#uses.set(value, (this.#uses.get(value) ?? 0) + 1);
      if (value.kind === 'input' || value.kind === 'constant' || value.kind === 'argument' || found.has(value))
        continue;
      found.add(value);
      waiting.push(...sourcesOf(value));
    }
    return [...found].sort((a, b) => b.id - a.id);
  }

  /**
   * Asks for a value at a place in memory. What is memory already, or a number, is copied there; so is what was there before something
   * after which that memory is needed first.
   */
  #want(value: Value, memory: Memory, after?: AppliedValue['after']): void {
    const isDirect =
      (this.#together || memory.kind === 'result') && (!after || (value as AppliedValue).after === after);
    if ((value.kind === 'applied' || value.kind === 'outcome') && isDirect) {
      getOrMake(this.#wanted, value, () => []).push(memory);
      return;
    }
    this.#copy(value, memory, after);
  }

  /** A cluster that does nothing but bring a value to a place in memory. */
  #copy(value: Value, memory: Memory, after?: AppliedValue['after']): Cluster {
    const cluster = this.#cluster(value);
    const at = cluster.placeIn(value.shape);
    cluster.kept.push({ value, at, memory });
    this.#access({ value, cluster, at, context: 'element' });
    this.#joining?.kept(memory, cluster);
    this.#wait(after, [cluster]);
    return cluster;
  }

  #cluster(value: Value): Cluster {
    const cluster = new Cluster(this.#clusters.length, value.shape);
    this.#clusters.push(cluster);
    return cluster;
  }

  #accessesOf(value: Value): Access[] {
    return getOrMake(this.#accesses, value, () => []);
  }

  #access(access: Access): void {
    const { value, cluster, context } = access;
    if (value.kind === 'constant' || value.kind === 'argument') return;
    const known = this.#accessesOf(value);
    const isThere = (each: Access) => each.cluster === cluster && each.context === context;
    // Chains that share their links would else ask for the first of them once for every way there.
    if (known.some((each) => isThere(each) && placeKey(each) === placeKey(access))) return;
    cluster.accesses.push(access);
    known.push(access);
  }

  #place(value: AppliedValue): void {
    const wanted = this.#wanted.get(value) ?? [];
    const kind = this.#kindOf(value);
    if (kind === 'element' && isView(value)) this.#lookThrough(value);
    const accesses = this.#accessesOf(value);
    const waiting = this.#waiting.get(value) ?? new Set();
    // What is multiplied, also where the product is only seen with its dimensions in another order.
    const { inputs } = kind === 'product' ? (seen(value) as AppliedValue) : value;
    const need = { value, inputs };
    const isUnread = sizeOf(value.shape) === 0 || (accesses.length === 0 && wanted.length === 0);
    const isAhead = this.#together && this.#graph.ahead.has(value);
    if (isUnread || (!isAhead && this.#dissolve(need, kind, accesses, wanted))) {
      // Who comes after what has no place of its own comes after what that is made of.
      for (const source of value.inputs) this.#wait(source, waiting);
      return;
    }
    const needsPlain = accesses.some(isPlainly);
    const isFree = inputs.length + wanted.length + Number(needsPlain) <= this.#bindings;
    const memories = kind !== 'routine' && isFree ? [...wanted] : this.#copiedFrom(value, accesses, wanted);
    const needsOwn = needsPlain && !memories.some(isPlain);
    const own: Memory = { kind: 'temporary', value };
    const isForOthers = (cluster: Cluster) =>
      memories.length === 0 && accesses.some((each) => each.cluster !== cluster);
    const keptIn = (cluster: Cluster) => (needsOwn || isForOthers(cluster) ? [own, ...memories] : memories);
    // Who reads what the value becomes a part of waits for it too.
    const whole = this.#joining?.readersOf(wanted) ?? [];
    const later = [...accesses.map(({ cluster }) => cluster), ...whole, ...waiting];
    const mayTake = (cluster: Cluster) =>
      hasRoom(cluster, { ...need, memories: keptIn(cluster) }, this.#bindings) &&
      !later.some((other) => other !== cluster && reaches(other, cluster));
    const company = () => this.#company(value, kind, later, mayTake);
    const staysOut = kind === 'element' && continuesProduct(value, accesses, (source) => this.#uses.get(source) === 1);
    const home =
      ((isAhead || (kind === 'fold' && this.#joinsOthers(value, accesses))) && company()) ||
      (!isAhead && !staysOut && (this.#home(value, kind, accesses, whole, mayTake) || company())) ||
      this.#ownCluster(value, kind);
    const { cluster, at } = home;
    const places = plainFirst(keptIn(cluster));
    for (const memory of places) cluster.kept.push({ value, at, memory });
    if (places[0]) this.#memories.set(value, places[0]);
    for (const other of later) if (other !== cluster) cluster.next.add(other);
    this.#wait(value.after, [cluster]);
  }

  /** Whoever reads a view looks at what it is of, also where the view lies in memory besides. */
  #lookThrough(value: AppliedValue): void {
    const accesses = this.#accessesOf(value);
    for (const access of accesses) if (!isPlainly(access)) this.#inline(value, access);
    this.#accesses.set(value, accesses.filter(isPlainly));
  }

  /** Computes a value where it is needed instead of somewhere of its own, if that is better. */
  #dissolve(need: Omit<Need, 'memories'>, kind: Kind, accesses: readonly Access[], wanted: readonly Memory[]): boolean {
    const { value } = need;
    const { lowering } = value.primitive;
    if (lowering.kind === 'concatenation') {
      this.#joining ??= lowering.joining();
      this.#join(value, accesses, wanted, this.#joining);
      return true;
    }
    const isForSeveral = new Set(accesses.map(({ cluster }) => cluster)).size > 1;
    const isElement = kind === 'element' && wanted.length === 0 && !(isForSeveral && this.#compared.has(value));
    const isInline = isElement && mayRepeat(value, accesses, this.#together);
    if (!isInline || !accesses.every(({ cluster }) => hasRoom(cluster, { ...need, memories: [] }, this.#bindings))) {
      return this.#passOn(value, accesses, wanted);
    }
    for (const access of accesses) this.#inline(value, access);
    return true;
  }

  /** Says that clusters come after a value. */
  #wait(value: Value | undefined, clusters: Iterable<Cluster>): void {
    if (!value) return;
    const what = value.kind === 'outcome' ? value.of : value;
    const waiting = getOrMake(this.#waiting, what, () => new Set());
    for (const cluster of clusters) waiting.add(cluster);
  }

  /** What is only reshaped can be written before, where it shall lie. */
  #passOn(value: AppliedValue, accesses: readonly Access[], wanted: readonly Memory[]): boolean {
    const [source] = value.inputs;
    const { name, lowering } = value.primitive;
    const isReshaped = name === 'reshape' && this.#together && source?.kind === 'applied';
    if (!isReshaped || wanted.length === 0 || accesses.length > 0) return false;
    const places: Memory[] = [];
    for (const memory of wanted) {
      const layout = memory.kind === 'part' && (lowering as View).layout(value, memory.strides, source);
      if (layout) places.push({ ...memory, strides: layout.strides });
      else if (isPlain(memory)) places.push(memory);
      else return false;
    }
    getOrMake(this.#wanted, source, () => []).push(...places);
    return true;
  }

  /** Whether those who read a fold do one thing per row: then a kernel that goes over the same rows anyway can have it as well. */
  #joinsOthers({ shape }: AppliedValue, accesses: readonly Access[]): boolean {
    return accesses.every(({ cluster, at }) => cluster.inner === undefined && cluster.levelOf(at, shape) === 'element');
  }

  #kindOf(value: AppliedValue): Kind {
    if (neutralOf(value) !== undefined) return 'element';
    // A product that is only ever seen with its dimensions in another order is written in that order.
    const [matmul] = value.primitive.name === 'permute' && this.#together ? value.inputs : [];
    const isPermuted = matmul?.kind === 'applied' && /contraction|attention/.test(matmul.primitive.lowering.kind);
    return isPermuted && this.#uses.get(matmul) === 1 && neutralOf(matmul) === undefined ? 'product' : kindOf(value);
  }

  /** A routine writes one result of its own, row by row; wherever else it shall lie it is copied. */
  #copiedFrom(value: Value, accesses: Access[], wanted: readonly Memory[]): Memory[] {
    const direct = wanted.find(({ kind }) => kind === 'result');
    for (const memory of wanted) if (memory !== direct) this.#copy(value, memory);
    return direct ? [direct] : accesses.length > 0 ? [{ kind: 'temporary', value }] : [];
  }

  /** Computes a value inside of a cluster, and so asks for its inputs there. */
  #inline(value: AppliedValue, access: Access): void {
    access.cluster.members.add(value);
    this.#wait(value.after, [access.cluster]);
    for (const input of inputsOf(value, access)) this.#access(input);
  }

  /** A cluster that reads the value, goes over it as it lies, and does not wait for another that reads it. */
  #home(value: AppliedValue, kind: string, accesses: readonly Access[], whole: readonly Cluster[], mayTake: MayTake) {
    if (kind === 'routine' || !this.#together) return undefined;
    const clusters = [...new Set(accesses.map(({ cluster }) => cluster))].sort((a, b) => b.id - a.id);
    for (const cluster of clusters) {
      const own = accesses.filter((access) => access.cluster === cluster);
      const [{ at }] = own as [Access];
      const isSimple = own.every(({ context }) => context === 'element') && new Set(own.map(placeKey)).size === 1;
      if (!isSimple || cluster.form === 'routine') continue;
      // Who reads what the value becomes a part of reads all of it, and cannot write it as well.
      if (whole.includes(cluster)) continue;
      const placed = mayTake(cluster) && this.#placeIn(cluster, value, kind, at);
      // Numbering the elements anew moves the access too.
      if (placed) return { cluster, at: (own[0] as Access).at };
    }
    return undefined;
  }

  #placeIn(cluster: Cluster, value: AppliedValue, kind: string, at: readonly Expression[]): boolean {
    if (kind === 'element') {
      if (cluster.levelOf(at, value.shape) === undefined) return false;
      this.#inline(value, { value, cluster, at, context: 'element' });
      return true;
    }
    const ask = this.#asking(cluster);
    return kind === 'fold' ? placeFold(cluster, value, at, ask) : placeProduct(cluster, value, at, ask);
  }

  #asking(cluster: Cluster): Ask {
    return (access) => this.#access({ ...access, cluster });
  }

  /** A cluster that reads some of what the value is made of, over the same elements or rows. */
  #company(value: AppliedValue, kind: string, later: readonly Cluster[], mayTake: MayTake) {
    if (!this.#together) return undefined;
    if (kind === 'product') {
      const { lowering } = (seen(value) as AppliedValue).primitive;
      if (lowering.kind === 'attention') return lowering.company(value, this.#clusters, mayTake);
    }
    if (kind !== 'element' && kind !== 'fold') return undefined;
    const sources = nearSourcesOf(value);
    for (const cluster of this.#clusters) {
      const rows = kind === 'fold' ? cluster.outer : cluster.elements;
      const mayFit = cluster.form === 'loop' && (kind === 'element' || cluster.inner !== undefined);
      if (!mayFit || cluster.sizeOf(rows) !== sizeOf(value.shape)) continue;
      if (!cluster.accesses.some((access) => this.#readsSome(access, sources, kind))) continue;
      if (later.includes(cluster) || !mayTake(cluster)) continue;
      if (kind === 'fold') {
        const at = joinFold(cluster, value, this.#asking(cluster));
        if (at) return { cluster, at };
      } else {
        const at = cluster.placeIn(value.shape);
        this.#inline(value, { value, cluster, at, context: 'element' });
        return { cluster, at };
      }
    }
    return undefined;
  }

  /** Whether an access is to one of the sources, or to what is made of one and will be computed in the same cluster. */
  #readsSome({ value, cluster }: Access, sources: ReadonlySet<Value>, kind: string): boolean {
    if (sources.has(value)) return true;
    // Folds that share something far off read too much else.
    if (kind === 'fold' || value.kind !== 'applied' || kindOf(value) !== 'element' || isView(value)) return false;
    if (this.#wanted.has(value) || this.#accessesOf(value).some((access) => access.cluster !== cluster)) return false;
    for (const source of nearSourcesOf(value)) if (sources.has(source)) return true;
    return false;
  }

  #ownCluster(value: AppliedValue, kind: string) {
    const cluster = this.#cluster(value);
    const at = cluster.placeIn(value.shape);
    if (kind === 'routine') {
      cluster.form = 'routine';
      cluster.members.add(value);
      for (const input of value.inputs) {
        this.#access({ value: input, cluster, at: cluster.placeIn(input.shape), context: 'routine' });
      }
      return { cluster, at };
    }
    const before: Access = { value, cluster, at, context: 'element' };
    cluster.accesses.push(before);
    this.#placeIn(cluster, value, kind, at);
    cluster.accesses.shift();
    return { cluster, at: before.at };
  }

  #placeOutcome(outcome: OutcomeValue): void {
    const accesses = this.#accessesOf(outcome);
    const [memory] = this.#copiedFrom(outcome, accesses, this.#wanted.get(outcome) ?? []);
    if (!memory || sizeOf(outcome.shape) === 0) return;
    this.#memories.set(outcome, memory);
    getOrMake(this.#outcomes, outcome.of, () => []).push(outcome);
  }

  #repeat(value: RepeatValue): void {
    const outcomes = this.#outcomes.get(value);
    if (!outcomes) return;
    const cluster = this.#cluster(value);
    for (const outcome of outcomes) {
      for (const access of this.#accessesOf(outcome)) cluster.next.add(access.cluster);
    }
    value.body.repeating.place(cluster, value, (outcome) => this.#memories.get(outcome), outcomes, {
      read: (input) => this.#access({ value: input, cluster, at: [], context: 'memory' }),
      copy: (input, memory) => this.#copy(input, memory, value.after).next.add(cluster),
    });
    for (const follower of this.#waiting.get(value) ?? []) cluster.next.add(follower);
    this.#wait(value.after, [cluster]);
  }

  /** Has the inputs written where they are joined; into memory that others still read only once they are. */
  #join(value: AppliedValue, accesses: readonly Access[], wanted: readonly Memory[], joining: Joining): void {
    const isFree = (memory: Memory) => wholeOf(memory).kind !== 'input';
    const memories = wanted.filter(isFree);
    for (const memory of wanted) if (!isFree(memory)) this.#copy(value, memory);
    const needsOwn = accesses.some(isPlainly) && !memories.some(isPlain);
    if (needsOwn || memories.length === 0) memories.unshift({ kind: 'temporary', value });
    plainFirst(memories);
    this.#memories.set(value, memories[0] as Memory);
    const readers = this.#accessesOf(value).map(({ cluster }) => cluster);
    const want = (input: Value, part: Memory) => this.#want(input, part, value.after);
    for (const memory of memories) joining.join(value, memory, readers, want);
  }
}

/** How a reshape is lowered. */
type View = Extract<Lowering<Pick<Value, 'shape'>>, { kind: 'view' }>;

/** Whether a cluster can bind what one more value takes, and does not wait for another that reads it. */
type MayTake = (cluster: Cluster) => boolean;

/** Whether a value lies there alone, row by row. */
function isPlain({ kind }: Memory): boolean {
  return kind === 'temporary' || kind === 'result';
}

/** Whether a value is read as it lies there. */
function isPlainly({ context }: Access): boolean {
  return context === 'memory';
}

function plainFirst(memories: Memory[]): Memory[] {
  return memories.sort((a, b) => Number(isPlain(b)) - Number(isPlain(a)));
}
