export { compileRank } from './rank.ts';
export { compileScan } from './scan.ts';
