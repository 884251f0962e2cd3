import * as api from '@evenkeel/tensor';
import { memory, type Tensor, tensor } from '@evenkeel/tensor';
import { beforeAll, expect, it } from 'vitest';
import { onOracle } from './on-oracle.ts';

onOracle();

let x: Tensor;
let y: Tensor;
let i: Tensor;
let mask: Tensor;
beforeAll(() => {
  const data = [
    [1, 2, 3],
    [4, 6, 5],
    [7, 9, 8],
  ];
  x = tensor(data).keep();
  y = tensor(data).mul(0.5).keep();
  i = tensor([0, 2, 1], { dtype: 'int32' }).keep();
  mask = x.gt(3).keep();
});

const calls: Record<string, () => unknown> = {
  erfc: () => api.erfc(x),
  erfinv: () => api.erfinv(x),
  lgamma: () => api.lgamma(x),
  digamma: () => api.digamma(x),
  hypot: () => api.hypot(x, 2),
  logaddexp: () => api.logaddexp(x, i),
  xlogy: () => api.xlogy(x, y),
  fmax: () => api.fmax(x, y),
  copysign: () => api.copysign(x, y),
  signbit: () => api.signbit(x),
  heaviside: () => api.heaviside(x, 1),
  atan2: () => api.atan2(x, i),
  logit: () => api.logit(x, { eps: 0.1 }),
  nanToNum: () => api.nanToNum(x),
  bitwiseRightShift: () => api.bitwiseRightShift(i, 1),
  gcd: () => api.gcd(i, i),
  isclose: () => api.isclose(x, y),
  isin: () => api.isin(x, y),
  allclose: () => api.allclose(x, y),
  equal: () => api.equal(x, y),
  aminmax: () => api.aminmax(x, { dim: 0 }),
  varMean: () => api.varMean(x, 1),
  nanmean: () => api.nanmean(x, 0),
  matrixNorm: () => api.matrixNorm(x, 1),
  corrcoef: () => api.corrcoef(x),
  renorm: () => api.renorm(x, 2, 0, 1),
  mode: () => api.mode(x, 0),
  nanmedian: () => api.nanmedian(x, 0),
  nanquantile: () => api.nanquantile(x, 0.3),
  uniqueConsecutive: () => api.uniqueConsecutive(x),
  histc: () => api.histc(x),
  diff: () => api.diff(x, 2),
  rot90: () => api.rot90(x),
  columnStack: () => api.columnStack([i, i]),
  dstack: () => api.dstack([x, y]),
  tensorSplit: () => api.tensorSplit(x, 2),
  blockDiag: () => api.blockDiag(x, y),
  meshgrid: () => api.meshgrid([i, i]),
  cartesianProd: () => api.cartesianProd(i, i),
  combinations: () => api.combinations(i),
  unravelIndex: () => api.unravelIndex(i, [2, 3]),
  vander: () => api.vander(i),
  take: () => api.take(x, i),
  indexFill: () => api.indexFill(x, 0, i, 1),
  indexPut: () => api.indexPut(x, [i, i], x.select(0, 0)),
  maskedScatter: () => api.maskedScatter(x, mask, y),
  scatterReduce: () => api.scatterReduce(x, 0, i.reshape([1, 3]), y, 'amax', { includeSelf: false }),
  selectScatter: () => api.selectScatter(x, x.select(0, 1), 0, 2),
  sliceScatter: () => api.sliceScatter(x, y, 0),
  diagonalScatter: () => api.diagonalScatter(x, x.select(0, 1)),
  diagEmbed: () => api.diagEmbed(x),
  inner: () => api.inner(x, y),
  tensordot: () => api.tensordot(x, y, 1),
  addbmm: () => api.addr(x, x.select(0, 0), x.select(0, 1)),
  kron: () => api.kron(x, y),
  cross: () => api.cross(x, y),
  pdist: () => api.pdist(x),
  chainMatmul: () => api.chainMatmul(x, y, x),
  matrixPower: () => api.matrixPower(x, 5),
  exponential: () => api.exponential([3]),
  multinomial: () => api.multinomial(x, 5, { replacement: true }),
};

it.each(Object.keys(calls))('%s keeps nothing but its result', async (name) => {
  const call = calls[name] as () => unknown;
  const before = memory().bytes;
  const release = (value: unknown): void => {
    if (value instanceof api.Tensor) value.release();
    else if (typeof value === 'object' && value !== null) Object.values(value).forEach(release);
  };
  release(await call());
  expect(memory().bytes).toBe(before);
});
