import { library } from '@evenkeel/tsup-preset';

export default library({ entry: ['src/index.ts', 'src/primitives/index.ts', 'src/printers/index.ts'] });
