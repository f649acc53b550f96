import type { Command } from 'commander';
import { Option } from 'commander';
import type { FormatOptions } from './account/catalogue.ts';
import type { ListenOptions } from './account/listen.ts';
import type { LoginOptions } from './account/login.ts';
import type { SaveOptions } from './account/presets.ts';
import type { ProbeOptions } from './account/probe.ts';
import type { GetOptions, ListOptions } from './account/tasks.ts';
import type { VerifyOptions } from './account/verify.ts';
import { addAdministration } from './administration-commands.ts';
import { count, JSON_LINES, several } from './option-values.ts';
import { run } from './run-command.ts';

const STATES = ['AWAITING_UPLOAD', 'UPLOADED', 'PROCESSING', 'PROCESSED', 'FAILED', 'EXPIRED'];

const OF_LOGIN = `
The key is kept in ~/.config/tonemill/credentials.json (or $XDG_CONFIG_HOME),
which only you can read. The password is not kept. TONEMILL_URL and TONEMILL_KEY
in the environment come first, and need no login.

Examples:
  tonemill login http://localhost:8080
  tonemill login https://audio.example.org --key - < key.txt`;

const OF_LISTEN = `
Each event is sent to the address as the service sends webhooks: {type,
timestamp, data}, with the headers webhook-id, webhook-timestamp and
webhook-signature. Without --secret, a new secret is printed.

Example:
  tonemill webhooks listen --forward-to http://localhost:3000/hook`;

/** Adds the commands that ask a service. */
export function addAccountCommands(program: Command): void {
  addLogin(program);
  addTasks(program);
  addCatalogue(program);
  addKeys(program);
  addAdministration(program);
  const webhooks = program.command('webhooks').description('try webhooks on this machine');
  webhooks
    .command('listen')
    .description('forward all events of webhooks to an address that the service does not reach')
    .requiredOption('--forward-to <url>', 'address that gets the webhooks')
    .option('--secret <whsec>', 'secret of the signatures, whsec_...')
    .addHelpText('after', OF_LISTEN)
    .action((options: ListenOptions) =>
      run(async () => (await import('./account/listen.ts')).listen(options)),
    );
}

function addLogin(program: Command): void {
  program
    .commandsGroup('Service:')
    .command('login')
    .argument('[url]', 'address of the service; asked for without it')
    .description('keep an API key for a service: by email and password, or a key that you have')
    .option('--key <key>', 'an API key; - reads it from standard input, where no list of processes shows it')
    .option('--email <email>', 'email of your account; asked for without it')
    .addHelpText('after', OF_LOGIN)
    .action((url: string | undefined, options: LoginOptions) =>
      run(async () => (await import('./account/login.ts')).logIn(url, options)),
    );
  program
    .command('logout')
    .description('forget the key, and remove it from the service')
    .action(() => run(async () => (await import('./account/login.ts')).logOut()));
}

function addTasks(program: Command): void {
  program
    .command('ls')
    .description('list your tasks, the newest first')
    .addOption(new Option('-s, --state <state>', 'only tasks in this state').choices(STATES))
    .option('-m, --max <number>', 'number of tasks', count, 20)
    .option(...JSON_LINES)
    .action((options: ListOptions) =>
      run(async () => (await import('./account/tasks.ts')).listTasks(options)),
    );
  program
    .command('get')
    .argument('<ids...>', 'numbers of tasks')
    .description('wait for tasks, and save their results')
    .option('-d, --out <folder>', 'folder of the files', '.')
    .option('--original', 'save the original in place of the result')
    .option('-f, --force', 'replace files that are there')
    .action((ids: string[], options: GetOptions) =>
      run(async () => (await import('./account/tasks.ts')).getTasks(ids, options)),
    );
  program
    .command('keep')
    .argument('<ids...>', 'numbers of tasks')
    .description('keep files of tasks longer, where the service removes them after a time')
    .requiredOption('-u, --until <time>', 'a day such as 2027-03-01, or a time')
    .action((ids: string[], options: { until: string }) =>
      run(async () => (await import('./account/tasks.ts')).keepTasks(ids, options)),
    );
  program
    .command('rm')
    .argument('<ids...>', 'numbers of tasks')
    .description('remove tasks with their files')
    .action((ids: string[]) => run(async () => (await import('./account/tasks.ts')).removeTasks(ids)));
}

function addCatalogue(program: Command): void {
  program
    .command('formats')
    .argument('[format]', 'show the options of this format')
    .description('list formats, or the options of one; of this machine without a service')
    .option('-l, --local', 'those of this machine')
    .option(...JSON_LINES)
    .action((name: string | undefined, options: FormatOptions) =>
      run(async () => (await import('./account/catalogue.ts')).listFormats(name, options)),
    );
  program
    .command('probe')
    .argument('<files...>', 'audio files')
    .description('show codec, duration, tags and more of files')
    .option('-l, --local', 'look on this machine, without a service')
    .option('--loudness', 'measure loudness by EBU R128, which decodes the whole file')
    .option(...JSON_LINES)
    .action((files: string[], options: ProbeOptions) =>
      run(async () => (await import('./account/probe.ts')).probe(files, options)),
    );
  program
    .command('verify')
    .argument('<file>', 'audio file')
    .description('say whether a file is the result of a receipt, and what differs')
    .option('-r, --receipt <file>', 'the receipt as JSON, or a task that has it')
    .option('-t, --task <id>', 'number of the task that has the receipt')
    .option(...JSON_LINES)
    .action((file: string, options: VerifyOptions) =>
      run(async () => (await import('./account/verify.ts')).verify(file, options)),
    );
  const presets = program.command('presets').description('list, save and remove presets');
  presets
    .command('list', { isDefault: true })
    .description('list presets: those of the program, and yours')
    .option('-l, --local', 'only those of the program, without a service')
    .option(...JSON_LINES)
    .action((options: { local?: boolean; json?: boolean }) =>
      run(async () => (await import('./account/presets.ts')).listPresets(options)),
    );
  presets
    .command('save')
    .argument('<name>', 'name for --preset')
    .description('save a format with options under a name')
    .requiredOption('-t, --to <format>', 'format of the results')
    .option('-p, --preset <name>', 'begin with the options of a preset of the program')
    .option('-o, --option <key=value>', 'one option of the format, again for each', several)
    .action((name: string, options: SaveOptions) =>
      run(async () => (await import('./account/presets.ts')).savePreset(name, options)),
    );
  presets
    .command('rm')
    .argument('<id>', 'number of a preset')
    .description('remove a preset')
    .action((id: string) => run(async () => (await import('./account/presets.ts')).removePreset(id)));
}

function addKeys(program: Command): void {
  const keys = program.command('keys').description('list, make and remove API keys');
  keys
    .command('list', { isDefault: true })
    .description('list your API keys, without their texts')
    .option(...JSON_LINES)
    .action((options: { json?: boolean }) =>
      run(async () => (await import('./account/keys.ts')).listKeys(options)),
    );
  keys
    .command('create')
    .argument('<name>', 'what the key is for')
    .description('make an API key, and print it')
    .option('--scope <scope>', 'a right, again for each: tasks:read, tasks:write, account, admin', several)
    .action((name: string, { scope = ['tasks:read', 'tasks:write'] }: { scope?: string[] }) =>
      run(async () => (await import('./account/keys.ts')).createKey(name, { scope })),
    );
  keys
    .command('rm')
    .argument('<id>', 'number of a key')
    .description('remove an API key')
    .action((id: string) => run(async () => (await import('./account/keys.ts')).removeKey(id)));
}
