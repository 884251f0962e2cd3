import { library } from '@evenkeel/tsup-preset';

export default library({ entry: ['src/index.ts', 'src/node.ts', 'src/tuning.ts'] });
