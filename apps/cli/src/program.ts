import { Command, InvalidArgumentError, Option } from 'commander';
import type { Console } from './console.ts';
import { EXIT, type ExitCode } from './exit-codes.ts';
import { TASK_NAMES, type TaskName } from './run-config.ts';

/** The command line. Each command's code is loaded when it is called, so that help and errors come at once. */
export function buildProgram(version: string, console: Console, exit: (code: ExitCode) => void): Command {
  const program = new Command('evenkeel')
    .description('Train small networks, look at what they learned, and take them up again.')
    .version(version)
    .exitOverride()
    .configureOutput({
      writeOut: (text) => void console.out.write(text),
      writeErr: (text) => void console.err.write(text),
    })
    .configureHelp({ showGlobalOptions: false })
    .showHelpAfterError('(--help lists what there is)')
    .addHelpText('after', HELP);

  const train = program.command('train').description('start a run').usage('<dates|digits|chars> [options]');
  for (const name of TASK_NAMES) addTrain(train, name, console, exit);

  program
    .command('resume')
    .description('go on with a run that was stopped, bit for bit')
    .argument('<run>', 'its folder')
    .addOption(backendOption('instead of the run’s own'))
    .addOption(threadsOption())
    .addOption(wideOption())
    .addOption(jsonOption())
    .action(async (run: string, options) => {
      const { resumeCommand } = await import('./commands/resume.ts');
      exit(await resumeCommand(run, options, console));
    });

  program
    .command('predict')
    .description('use a trained model')
    .argument('<run>', 'its folder')
    .argument(
      '[inputs...]',
      'dates: written dates. digits: an IDX file of images, then indices. chars: a text to go on with',
    )
    .option('--length <n>', 'chars: how many characters to write', wholeNumber(1), 300)
    .option(
      '--temperature <t>',
      'chars: 0 for the likeliest character, 1 for the model’s own odds',
      positive(true),
      0.8,
    )
    .option('--seed <n>', 'chars: of the random choices', wholeNumber(0), 0)
    .addOption(backendOption('instead of the run’s own'))
    .addOption(jsonOption())
    .action(async (run: string, inputs: string[], options) => {
      const { predictCommand } = await import('./commands/predict.ts');
      exit(await predictCommand(run, inputs, options, console));
    });

  program
    .command('backends')
    .description('list what there is to compute on, and measure it')
    .addOption(jsonOption())
    .action(async (options) => {
      const { backendsCommand } = await import('./commands/backends.ts');
      exit(await backendsCommand(options, console));
    });
  return program;
}

const ABOUT: Readonly<Record<TaskName, string>> = {
  dates: 'an encoder-decoder Transformer that translates written dates to ISO; needs no data',
  digits: 'a network with LayerNorm that reads handwritten digits (MNIST, or images in its format)',
  chars: 'a small GPT that learns any text character by character',
};

const HELP = `
Examples:
  $ evenkeel train dates
  $ evenkeel predict runs/dates "march 3, 1987"
  $ evenkeel train chars --text shakespeare.txt

Exit codes: ${EXIT.ok} done, ${EXIT.failure} data, disk or training failed, ${EXIT.usage} wrong command or configuration, ${EXIT.interrupted} stopped by Ctrl-C.`;

function addTrain(train: Command, name: TaskName, console: Console, exit: (code: ExitCode) => void): void {
  const command = train.command(name).description(ABOUT[name]);
  if (name === 'digits') command.option('--data <folder>', 'the four IDX files of MNIST, each with or without .gz');
  if (name === 'chars') command.option('--text <file>', 'the text, UTF-8');
  command
    .option('--run <folder>', 'where the run is kept', `runs/${name}`)
    .option('--steps <n>', 'optimizer steps', wholeNumber(1))
    .option('--seed <n>', 'of initialization, dropout and order', wholeNumber(0))
    .option('--batch-size <n>', 'samples in a step', wholeNumber(1))
    .option('--lr <rate>', 'the largest learning rate', positive(false))
    .addOption(backendOption('wasm unless said otherwise'))
    .addOption(threadsOption())
    .addOption(wideOption())
    .addOption(precisionOption())
    .option('--checkpoint-every <n>', 'steps between checkpoints', wholeNumber(1))
    .option('--force', 'write over a run that is in the folder')
    .addOption(jsonOption())
    .action(async (options) => {
      const { trainCommand } = await import('./commands/train.ts');
      exit(await trainCommand(name, options, console));
    });
}

function backendOption(about: string): Option {
  return new Option('--backend <name>', `wasm, cpu, webgpu, or auto for the fastest here; ${about}`);
}

function precisionOption(): Option {
  const about =
    'float16 halves the memory of what layers keep and scales the loss; webgpu on most GPUs has it, and cpu';
  return new Option('--precision <name>', about).choices(['float32', 'float16']);
}

function threadsOption(): Option {
  const about = 'how many work on it; the result is the same with any number (default: one for each core, up to 8)';
  return new Option('--threads <n>', about).argParser(wholeNumber(1));
}

function wideOption(): Option {
  const about = 'have V8 join vectors to 256 bits, which it calls experimental; faster, with the same result (x64)';
  return new Option('--wide', about);
}

function jsonOption(): Option {
  return new Option('--json', 'end standard output with one line of JSON; all else goes to standard error');
}

function wholeNumber(least: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (text.trim() !== '' && Number.isSafeInteger(value) && value >= least) return value;
    throw new InvalidArgumentError(`It must be a whole number, at least ${least}.`);
  };
}

function positive(orZero: boolean): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (text.trim() !== '' && Number.isFinite(value) && (value > 0 || (orZero && value === 0))) return value;
    throw new InvalidArgumentError(`It must be a number above 0${orZero ? ', or 0' : ''}.`);
  };
}
