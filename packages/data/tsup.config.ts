import { library } from '@evenkeel/tsup-preset';

export default library({ entry: ['src/index.ts', 'src/csv.ts', 'src/images.ts', 'src/node.ts'] });
