import { library } from '@evenkeel/tsup-preset';

export default library();
