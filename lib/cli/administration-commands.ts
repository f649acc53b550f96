import type { Command } from 'commander';
import type { UserChangeOptions, UserListOptions } from './account/administration.ts';
import type { GroupChangeOptions } from './account/groups.ts';
import type { InviteOptions } from './account/invitations.ts';
import { count, JSON_LINES, several } from './option-values.ts';
import { run } from './run-command.ts';

const LIMIT = [
  '--limit <name=value>',
  'one limit, again for each; an empty value takes the inherited one again',
  several,
] as const;

const OF_LIMITS = `
Limits: requests (a minute), openUploads, waitingTasks, runningTasks,
storedBytes, audioMinutes (a day), uploadBytes, durationSeconds, retentionDays,
and formats: names with commas, or all.

Examples:
  tonemill admin groups create students --limit uploadBytes=100000000
  tonemill admin groups change 1 --limit formats=mp3,flac --limit requests=
  tonemill admin change 7 --group 1 --limit audioMinutes=60`;

/** Adds the commands of administrators. */
export function addAdministration(program: Command): void {
  const admin = program
    .command('admin')
    .description(
      'users, groups, invitations and the queue, by a key with the scope admin of an administrator',
    );
  addUsers(admin);
  addGroups(admin);
  addInvitations(admin);
  admin
    .command('queue')
    .description('show how many tasks wait and run, and whose')
    .option(...JSON_LINES)
    .action((options: { json?: boolean }) =>
      run(async () => (await import('./account/queue.ts')).showQueue(options)),
    );
  admin
    .command('failures')
    .description('count failed tasks of a day and of a week by their codes')
    .option(...JSON_LINES)
    .action((options: { json?: boolean }) =>
      run(async () => (await import('./account/queue.ts')).showFailures(options)),
    );
}

function addUsers(admin: Command): void {
  admin
    .command('users')
    .description('list users')
    .option('--search <text>', 'only those whose name or email contains this')
    .option('--group <id>', 'only those of this group')
    .option('-m, --max <number>', 'number of users', count, 50)
    .option(...JSON_LINES)
    .action((options: UserListOptions) =>
      run(async () => (await import('./account/administration.ts')).listUsers(options)),
    );
  for (const [name, suspended, description] of [
    ['suspend', true, 'refuse the tokens and keys of a user'],
    ['resume', false, 'let a suspended user in again'],
  ] as const)
    admin
      .command(name)
      .argument('<id>', 'number of a user')
      .description(description)
      .action((id: string) =>
        run(async () => (await import('./account/administration.ts')).setSuspended(id, suspended)),
      );
  admin
    .command('change')
    .argument('<id>', 'number of a user')
    .description(
      "set the group or the limits of a user; the user's own limits come before those of the group",
    )
    .option('--group <id>', 'number of a group, or none')
    .option(...LIMIT)
    .addHelpText('after', OF_LIMITS)
    .action((id: string, options: UserChangeOptions) =>
      run(async () => (await import('./account/administration.ts')).changeUser(id, options)),
    );
}

function addGroups(admin: Command): void {
  const groups = admin.command('groups').description('list, make, change and remove groups');
  groups
    .command('list', { isDefault: true })
    .description('list groups with their limits and the number of their users')
    .option(...JSON_LINES)
    .action((options: { json?: boolean }) =>
      run(async () => (await import('./account/groups.ts')).listGroups(options)),
    );
  groups
    .command('create')
    .argument('<name>', 'name of the group')
    .description('make a group')
    .option(...LIMIT)
    .addHelpText('after', OF_LIMITS)
    .action((name: string, options: Pick<GroupChangeOptions, 'limit'>) =>
      run(async () => (await import('./account/groups.ts')).makeGroup(name, options)),
    );
  groups
    .command('change')
    .argument('<id>', 'number of a group')
    .description('change the name or the limits of a group')
    .option('--name <name>', 'new name')
    .option(...LIMIT)
    .addHelpText('after', OF_LIMITS)
    .action((id: string, options: GroupChangeOptions) =>
      run(async () => (await import('./account/groups.ts')).changeGroup(id, options)),
    );
  groups
    .command('rm')
    .argument('<id>', 'number of a group')
    .description('remove a group; its users stay, without a group')
    .action((id: string) => run(async () => (await import('./account/groups.ts')).removeGroup(id)));
}

function addInvitations(admin: Command): void {
  admin
    .command('invite')
    .argument('[email]', 'the only address that may use it; any without one')
    .description('print a link by which one person can sign up')
    .option('--days <number>', 'days for which it is valid', count, 7)
    .option('--group <id>', 'group of the new user')
    .action((email: string | undefined, options: InviteOptions) =>
      run(async () => (await import('./account/invitations.ts')).makeInvitation(email, options)),
    );
  const invitations = admin.command('invitations').description('list and remove invitations');
  invitations
    .command('list', { isDefault: true })
    .description('list invitations, the newest first, without their links')
    .option(...JSON_LINES)
    .action((options: { json?: boolean }) =>
      run(async () => (await import('./account/invitations.ts')).listInvitations(options)),
    );
  invitations
    .command('rm')
    .argument('<id>', 'number of an invitation')
    .description('remove an invitation, which nobody can use then')
    .action((id: string) => run(async () => (await import('./account/invitations.ts')).removeInvitation(id)));
}
