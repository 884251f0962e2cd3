import { itemBytes, type Limits, sizeOf } from '@evenkeel/backend';
import { type Memory, wholeOf } from '../fusion/memory.ts';
import type { InputValue, Value } from '../graph/value.ts';

/** What lies side by side: inputs whose memory may be moved, or values between two kernels. */
export type Member = InputValue | Value;

interface Row {
  readonly members: readonly Member[];
  readonly bytes: number;
}

/** Which memories lie one after another without a gap, so that a kernel may go through them all. */
export class Rows {
  readonly #movable: ReadonlySet<Member>;
  readonly #rows = new Map<Member, Row>();
  readonly #needed: (readonly Member[])[] = [];
  readonly #limits: Limits;

  /**
   * @param movable inputs whose memory may be moved
   * @param rows inputs that lie side by side already
   * @param limits what a row must fit in
   */
  constructor(movable: Iterable<InputValue>, rows: readonly (readonly InputValue[])[], limits: Limits) {
    this.#movable = new Set(movable);
    this.#limits = limits;
    for (const members of rows) this.#set(this.#rowFrom(members));
  }

  /** What a memory is as a member of a row, if it can be one: all of what it holds. */
  memberOf(memory: Memory): Member | undefined {
    const whole = wholeOf(memory);
    if (whole.kind === 'temporary') return whole.value;
    return whole.kind === 'input' && this.#movable.has(whole.input) ? whole.input : undefined;
  }

  /**
   * Whether one lies right after another, or could from now on.
   *
   * @param besides what shall follow each other too
   */
  mayFollow(first: Member, next: Member, besides: readonly (readonly [Member, Member])[]): boolean {
    if (first === next || (first.kind === 'input') !== (next.kind === 'input')) return false;
    const [row, other] = [this.#rows.get(first), this.#rows.get(next)];
    if (row && row === other) return row.members.indexOf(next) === row.members.indexOf(first) + 1;
    if ((row && row.members.at(-1) !== first) || (other && other.members[0] !== next)) return false;
    const { pieceBytes = Number.POSITIVE_INFINITY } = this.#limits;
    if ((row ?? this.#rowFrom([first])).bytes + (other ?? this.#rowFrom([next])).bytes > pieceBytes) return false;
    const isNear = (a: Member, b: Member) => a === b || (this.#rows.has(a) && this.#rows.get(a) === this.#rows.get(b));
    return besides.every(
      ([a, b]) => (a === first && b === next) || ![a, b].some((known) => isNear(known, first) || isNear(known, next)),
    );
  }

  /** Has pairs lie one right after the other. */
  link(pairs: readonly (readonly [Member, Member])[]): void {
    for (const [first, next] of pairs) {
      const [row, other] = [this.#rows.get(first), this.#rows.get(next)];
      if (row && row === other) continue;
      const [before, after] = [row ?? this.#rowFrom([first]), other ?? this.#rowFrom([next])];
      this.#set({ members: [...before.members, ...after.members], bytes: before.bytes + after.bytes });
    }
  }

  /** Says that a kernel relies on members of a row lying side by side. */
  need(members: readonly Member[]): void {
    this.#needed.push(members);
  }

  /** The members of a row from its start, in which a member lies; none if it lies alone. */
  rowOf(member: Member): readonly Member[] | undefined {
    return this.#rows.get(member)?.members;
  }

  /** What kernels need side by side, in order: inputs. */
  get inputs(): readonly (readonly InputValue[])[] {
    return this.#segments().filter((members): members is InputValue[] => members[0]?.kind === 'input');
  }

  /** What kernels need side by side, in order: values between them. */
  get temporaries(): readonly (readonly Member[])[] {
    return this.#segments().filter(([first]) => first?.kind !== 'input');
  }

  /** Of each row the part that is needed. */
  #segments(): Member[][] {
    const spans = new Map<Row, [number, number]>();
    for (const members of this.#needed) {
      const row = this.#rows.get(members[0] as Member) as Row;
      const from = row.members.indexOf(members[0] as Member);
      const [low, high] = spans.get(row) ?? [from, from];
      spans.set(row, [Math.min(low, from), Math.max(high, from + members.length)]);
    }
    return [...spans].map(([{ members }, [low, high]]) => members.slice(low, high));
  }

  #rowFrom(members: readonly Member[]): Row {
    const bytes = (member: Member) => sizeOf(member.shape) * itemBytes(member.dtype, this.#limits.boolBytes);
    return { members, bytes: members.reduce((sum, member) => sum + bytes(member), 0) };
  }

  #set(row: Row): void {
    for (const member of row.members) this.#rows.set(member, row);
  }
}
