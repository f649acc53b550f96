import { Argument, type Command } from 'commander';
import type { InviteOptions } from './invite.ts';
import { count } from './option-values.ts';

const OF_START = `
Everything (an embedded PostgreSQL, files, keys) is in the folder TONEMILL_DATA,
by default .tonemill in this folder. PORT names another port than 8080;
docs/configuration.md has all variables.`;

const OF_INVITE = `
An address of ADMIN_EMAILS needs such an invitation, since a sign-up proves no
address. Run it with the environment of the service, on its data folder.

Examples:
  npm run invite -- ann@example.org
  npm run invite -- --days 1 --url https://audio.example.org`;

/** Adds the commands that run a service. */
export function addOperations(program: Command): void {
  program
    .commandsGroup('Serve:')
    .command('start')
    .description('run a service on this machine: API, console, conversions and database')
    .addHelpText('after', OF_START)
    .action(() => operate((run) => run.start()));
  program
    .command('doctor')
    .addArgument(
      new Argument('[what]', 'only the programs, as a deployment needs them').choices(['programs']),
    )
    .description('say which programs are found, and what is missing')
    .action((what: string | undefined) => operate((run) => run.doctor(what)));
  program
    .command('serve')
    .description('run the API of a service on several machines (docs/vms.md)')
    .action(() => operate((run) => run.serve()));
  program
    .command('worker')
    .description('run the conversions of such a service')
    .action(() => operate((run) => run.worker()));
  program
    .command('backup')
    .argument('<file>', 'new file')
    .description('write a whole installation into one file, also while it runs')
    .action((file: string) => operate((run) => run.backup(file)));
  program
    .command('restore')
    .argument('<file>', 'file of a backup')
    .description('restore a backup into an empty installation that does not run')
    .action((file: string) => operate((run) => run.restore(file)));
  program
    .command('migrate')
    .description('bring the schema of a database by URL up to date')
    .action(() => operate((run) => run.migrate()));
  program
    .command('init-share')
    .description('mark the two folders of an NFS share, once')
    .action(() => operate((run) => run.initShare()));
  program
    .command('migrate-first-generation')
    .description('import the users and tasks of the first generation')
    .requiredOption('--from <url>', 'its database, postgres://...')
    .option('--apply', 'copy; without it, only tell what would be copied', false)
    .action((options: { from: string; apply: boolean }) =>
      operate((run) => run.importFirstGeneration(options)),
    );
  program
    .command('invite')
    .argument('[email]', 'the only address that may use it; any without one')
    .description('print a link by which one person can sign up')
    .option('--days <days>', 'days for which it is valid', count, 7)
    .option('--url <url>', 'address of the service', 'http://localhost:8080')
    .option('--existing', 'the account of this address is there; note that the address belongs to its user')
    .addHelpText('after', OF_INVITE)
    .action((email: string | undefined, options: InviteOptions) =>
      operate((run) => run.invite(email, options)),
    );
  program
    .command('rotate-keys')
    .description('replace the key that signs tokens; nobody is logged out')
    .action(() => operate((run) => run.rotateKeys()));
  program
    .command('new-secrets')
    .description('print new secrets for an environment file')
    .action(() => operate((run) => run.newSecrets()));
}

type Operations = typeof import('./operations.ts').OPERATIONS;

/** Runs a command of the service; the lines of its log come before the sentence of its error. */
async function operate(work: (operations: Operations) => Promise<void>): Promise<void> {
  const { OPERATIONS, flushLog } = await import('./operations.ts');
  try {
    await work(OPERATIONS);
  } catch (error) {
    flushLog();
    throw error;
  }
}
