export { draftRank } from './rank.ts';
export { draftScan } from './scan.ts';
