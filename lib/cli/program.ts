import { existsSync, readFileSync } from 'node:fs';
import { Command } from 'commander';
import { escaped } from '../runtime/log-formats.ts';
import { addAccountCommands } from './account-commands.ts';
import { addConvertCommand } from './convert-command.ts';
import { addJoinCommand } from './join-command.ts';
import { addOperations } from './operation-commands.ts';

const EXAMPLES = `
Examples:
  tonemill convert --local Music --to opus --out Phone   on this machine
  tonemill login https://audio.example.org
  tonemill convert song.wav --to mp3                     by this service
  tonemill start                                         serve here, on port 8080

Exit codes:
  0  done            3  no key, or it is refused      130  Ctrl-C
  1  a file failed   4  the service does not answer   141  the output is closed
  2  wrong usage     5  the disk takes no file        143  SIGTERM

"tonemill COMMAND --help" has the options of a command.`;

/** The command line with all its commands; their code is loaded when they run. */
export function createProgram(): Command {
  const program = new Command('tonemill')
    .description('Converts audio files, by a Tonemill service or on this machine.')
    .usage('COMMAND [options]')
    .version(version(), '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print help')
    .helpCommand('help [command]', 'print help of a command')
    .addHelpText('after', EXAMPLES)
    .showHelpAfterError('"tonemill --help" lists the commands and their options.')
    .configureHelp({ showGlobalOptions: false })
    .configureOutput({
      outputError: (text, write) => write(text.split('\n').map(escaped).join('\n')),
    })
    .exitOverride();
  addConvertCommand(program);
  addJoinCommand(program);
  addAccountCommands(program);
  addOperations(program);
  program
    .commandsGroup('More:')
    .command('completion')
    .argument('<shell>', 'bash, zsh or fish')
    .description('print a script that completes commands and options in a shell')
    .addHelpText(
      'after',
      `
Examples:
  source <(tonemill completion bash)       in ~/.bashrc
  source <(tonemill completion zsh)        in ~/.zshrc, after compinit
  tonemill completion fish > ~/.config/fish/completions/tonemill.fish`,
    )
    .action(async (shell: string) => {
      const { completionScript } = await import('./completion.ts');
      process.stdout.write(completionScript(program, shell));
    });
  return program;
}

/** The version of the package; that of a deployed bundle lies next to it. */
function version(): string {
  for (const place of ['../../package.json', './package.json']) {
    const path = new URL(place, import.meta.url);
    if (!existsSync(path)) continue;
    const { name, version: own }: { name?: string; version?: string } = JSON.parse(
      readFileSync(path, 'utf8'),
    );
    if (name === 'tonemill' && own !== undefined) return own;
  }
  return 'unknown';
}
