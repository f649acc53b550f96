import type { Command } from 'commander';
import type { JoinOptions } from './convert/join.ts';
import { several } from './option-values.ts';
import { run } from './run-command.ts';

const MORE = `
The tracks are in the order of the arguments, and in a folder in that of their
names. The result has a chapter for each, and the tags that they share.

Examples:
  tonemill join Book --to m4b --option bitrate=64000
  tonemill join --local 1.flac 2.flac --to flac --name 'The whole'`;

/** Adds `join`. */
export function addJoinCommand(program: Command): void {
  program
    .command('join')
    .argument('<paths...>', 'files and folders')
    .description('join files, and those of folders, to one file with chapters')
    .option('-t, --to <format>', 'format of the result, such as m4b')
    .option('-p, --preset <name>', 'options by a name; "tonemill presets" lists all')
    .option('-o, --option <key=value>', 'one option of the format, again for each', several)
    .option('-d, --out <folder>', 'folder of the result; default: this one')
    .option('-n, --name <title>', 'title and file name; default: that of the folder or of the first file')
    .option('-c, --crossfade <seconds>', 'overlap of neighbours, 0 to 30', Number)
    .option('-l, --local', 'join on this machine: no service, no account, nothing leaves it')
    .option('-f, --force', 'replace a result that is there')
    .option('--remove', 'remove the task from the service when its result is here')
    .addHelpText('after', MORE)
    .action((paths: string[], options: JoinOptions) =>
      run(
        async () => (await import('./convert/join.ts')).join(paths, options),
        'Stopped. Nothing was written.',
      ),
    );
}
