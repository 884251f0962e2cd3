import {
  type AttentionGradientKernel,
  type AttentionKernel,
  type AttentionRoutine,
  lowestScore,
  sizeOf,
} from '@evenkeel/backend';
import type { Scope } from '../renderer/scope.ts';
import { type Element, groupsOf, type Lines, linesOf, type Side, Walk } from './attention-walk.ts';
import type { Drafts } from './compiled-kernel.ts';
import type { Profile } from './profile.ts';
import type { Draft } from './stage.ts';

/** What each row leaves for the columns: its largest score, the inverse of its sum, the mean of its weights' cotangents. */
const wordsOfRow = 3;

/**
 * An invocation has a row, and weighs the columns as it comes by them: when a score is larger than all before, what was summed up so
 * far shrinks (Milakov and Gimelshein 2018, Online normalizer calculation for softmax). Backward each row does so first, then goes over
 * the columns again for the query; after that an invocation has a column and goes over the rows.
 */
export function draftAttention(kernel: AttentionRoutine, profile: Profile): Drafts {
  const batch = sizeOf(kernel.batch);
  const { row, column } = linesOf(kernel);
  const draft = (own: Side, other: Side, write: (walk: Walk) => void): Draft[] => {
    const { groups, workgroup } = groupsOf(kernel, own);
    const begin: Draft['write'] = (renderer) => write(new Walk(renderer, kernel, [own, other], profile));
    return groups === 0 ? [] : [{ count: groups, workgroup, write: begin }];
  };
  if (kernel.routine === 'attention') return { drafts: draft(row, column, (walk) => attend(kernel, walk)) };
  const hasColumns = kernel.keyStores.length + kernel.valueStores.length > 0;
  return {
    drafts: [
      ...draft(row, column, (walk) => ofRows(kernel, walk)),
      ...(hasColumns ? draft(column, row, (walk) => ofColumns(kernel, walk)) : []),
    ],
    workspaceWords: wordsOfRow * batch * kernel.rows,
  };
}

function attend(kernel: AttentionKernel, walk: Walk): void {
  const { query, key, value, width } = linesOf(kernel);
  walk.keep(query);
  walk.root.add(`var sums: array<f32, ${width.length}>;`);
  weigh(walk, query, key, [value], (seen, element, shrink) => {
    if (shrink) {
      walk.along(seen, width, (inside, place) => inside.add(`sums[${place}] *= shrink;`));
      return;
    }
    seen.add(`let part = ${walk.factored(seen, 'weight')};`);
    walk.add(seen, 'sums', 'part', value, element);
  });
  walk.root.add(`let inverse = ${walk.inverse('total')};`);
  walk.store(kernel.stores, width, (place) => `sums[${place}] * inverse`);
}

/** Goes over the columns with `largest`, the largest score so far, and `total`, the sum of the weights beside it. */
function weigh(
  walk: Walk,
  query: Lines,
  key: Lines,
  others: readonly Lines[],
  add: (seen: Scope, element: Element, shrink: boolean) => void,
): void {
  walk.root.add(`var largest = ${walk.constant(lowestScore)};`, 'var total = 0.0f;');
  walk.over([key, ...others], (scope, element) => {
    walk.scored(scope, query, key, element, (seen) => {
      const larger = seen.inner();
      larger.add(`let shrink = ${walk.exp('largest - score')};`, 'total *= shrink;', 'largest = score;');
      add(larger, element, true);
      seen.block('if (score > largest) {', larger);
      seen.add(`let weight = ${walk.exp('score - largest')};`, 'total += weight;');
      add(seen, element, false);
    });
  });
}

function ofRows(kernel: AttentionGradientKernel, walk: Walk): void {
  const { query, key, value, depth, cotangent } = linesOf(kernel);
  const { root, renderer } = walk;
  walk.keep(query);
  walk.keep(cotangent as Lines);
  root.add('var mean = 0.0f;');
  weigh(walk, query, key, [value], (seen, element, shrink) => {
    if (shrink) {
      seen.add('mean *= shrink;');
      return;
    }
    walk.dot(seen, 'ofWeight', cotangent as Lines, value, element);
    seen.add(`mean += weight * (${walk.factored(seen, 'ofWeight')});`);
  });
  root.add(`let inverse = ${walk.inverse('total')};`, 'mean *= inverse;');
  const kept = root.inner();
  ['largest', 'inverse', 'mean'].forEach((name, i) => {
    const place = `(batch * ${kernel.rows}u + own) * ${wordsOfRow}u + ${i}u`;
    kept.add(renderer.writeWorkspace(place, `bitcast<u32>(${name})`));
  });
  root.block(`if (wanted < ${kernel.rows}u) {`, kept);
  if (kernel.queryStores.length === 0) return;
  root.add(`var sums: array<f32, ${depth.length}>;`);
  walk.over([key, value], (scope, element) => {
    walk.scored(scope, query, key, element, (seen) => {
      derive(walk, seen, cotangent as Lines, value, element);
      walk.add(seen, 'sums', 'ofScore', key, element);
    });
  });
  walk.store(kernel.queryStores, depth, (place) => `sums[${place}] * ${walk.constant(kernel.scale)}`);
}

/** The weight where a score is known, and the cotangent of the score. */
function derive(walk: Walk, seen: Scope, own: Lines, other: Lines, element: Element): void {
  walk.dot(seen, 'ofWeight', own, other, element);
  seen.add(
    `let weight = ${walk.exp('score - largest')} * inverse;`,
    `let ofScore = weight * (${walk.factored(seen, 'ofWeight')} - mean);`,
  );
}

function ofColumns(kernel: AttentionGradientKernel, walk: Walk): void {
  const { query, key, value, depth, width, cotangent } = linesOf(kernel);
  const { root, renderer } = walk;
  walk.keep(key);
  walk.keep(value);
  root.add(`var ofKey: array<f32, ${depth.length}>;`, `var ofValue: array<f32, ${width.length}>;`);
  walk.over([query, cotangent as Lines], (scope, element) => {
    walk.scored(scope, key, query, element, (seen) => {
      seen.add(`let known = (batch * ${kernel.rows}u + other) * ${wordsOfRow}u;`);
      ['largest', 'inverse', 'mean'].forEach((name, i) => {
        seen.add(`let ${name} = bitcast<f32>(${renderer.workspace(`known + ${i}u`)});`);
      });
      derive(walk, seen, value, cotangent as Lines, element);
      seen.add(`let part = ${walk.factored(seen, 'weight')};`);
      walk.add(seen, 'ofKey', 'ofScore', query, element);
      walk.add(seen, 'ofValue', 'part', cotangent as Lines, element);
    });
  });
  walk.store(kernel.keyStores, depth, (place) => `ofKey[${place}] * ${walk.constant(kernel.scale)}`);
  walk.store(kernel.valueStores, width, (place) => `ofValue[${place}]`);
}
