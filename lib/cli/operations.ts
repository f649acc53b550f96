import { markRoot } from '../adapters/storage/nfs-marker.ts';
import { report, serveApiProcesses } from '../app/api-processes.ts';
import { createApp } from '../app/app.ts';
import { backUp, restore } from '../app/backups.ts';
import { serveLocal } from '../app/local-mode.ts';
import { prepareDatabase } from '../app/open-database.ts';
import { newServiceCredential, newSigningKeys, rotatedEnvironment, rotateKeysFile } from '../app/secrets.ts';
import { type Running, serveWorker } from '../app/vm-mode.ts';
import { type Config, loadConfig } from '../config/config.ts';
import type { Mode } from '../config/variables.ts';
import { AppError } from '../runtime/errors.ts';
import type { Log } from '../runtime/log.ts';
import { createProcessLog, type ProcessLog } from '../runtime/process-log.ts';
import { diagnose, diagnosePrograms } from './doctor.ts';
import { findInstallCommand } from './install-command.ts';
import { type InviteOptions, inviteBy } from './invite.ts';
import { readyLine, welcome } from './welcome.ts';

/** Characters; a terminal without a set size reports 0. */
const UNKNOWN_WIDTH = 80;

const print = (line: string) => process.stdout.write(`${line}\n`);

/** The log of this process, once there is one: its lines are written before the final error sentence. */
let openLog: ProcessLog | undefined;

/** Commands of the service by their names. */
export const OPERATIONS = {
  start: () => untilStopped(startLocal, 'local'),
  serve: () => untilStopped(serveApiProcesses, 'vm'),
  worker: () => untilStopped(serveWorker, 'vm'),
  doctor,
  migrate,
  initShare,
  backup: makeBackup,
  restore: restoreFile,
  importFirstGeneration,
  invite,
  rotateKeys,
  newSecrets,
} as const;

/** Writes what the log of this process holds, before a final sentence. */
export function flushLog(): void {
  openLog?.flush();
}

async function untilStopped(
  start: (config: Config, log: Log) => Promise<Running>,
  mode: Mode,
): Promise<void> {
  const stopped = new Promise<void>((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => resolve());
  });
  const config = loadConfig(undefined, mode);
  const log = logToStderr(config);
  const running = await start(config, log);
  log.flush();
  if (!report({ ready: running.sentence })) print(running.sentence);
  await stopped;
  await running.close();
  process.exit(0);
}

function logToStderr(config: Config): ProcessLog {
  openLog = createProcessLog(process.stderr, config.log);
  return openLog;
}

/** On a terminal, lines for a person follow the line that other programs wait for. */
async function startLocal(config: Config, log: Log): Promise<Running> {
  const { url, binaries, close } = await serveLocal(config, log);
  const { isTTY, columns } = process.stdout;
  if (!isTTY) return { sentence: readyLine(url), close };
  const { data, conversions, path } = config;
  const remedy = binaries.isFallback ? await findInstallCommand(path) : undefined;
  const { ffmpeg, isFallback, holes } = binaries;
  const started = { url, data, ffmpeg, isFallback, hasHoles: holes.length > 0, remedy, conversions };
  const terminal = { columns: columns || UNKNOWN_WIDTH, color: process.stdout.hasColors() };
  const lines = welcome(started, terminal);
  return { sentence: lines.join('\n'), close };
}

/**
 * Prints found and missing programs; exits with 1 if something is missing. `doctor programs` checks only the
 * programs, and refuses the slow ffmpeg of npm: the build of a deployment, which has no database, uses it.
 */
async function doctor(what: string | undefined): Promise<void> {
  const config = loadConfig();
  const { lines, missing } = await (what === 'programs' ? diagnosePrograms(config) : diagnose(config));
  for (const line of lines) print(line);
  for (const sentence of missing) print(`Missing   ${sentence}`);
  if (missing.length > 0) process.exitCode = 1;
}

async function migrate(): Promise<void> {
  const config = loadConfig();
  if (config.database.kind !== 'url') {
    const sentence =
      "The schema's owner migrates by DATABASE=url and DATABASE_URL; an embedded database migrates itself.";
    throw new AppError('misconfigured', sentence);
  }
  await prepareDatabase(config, config.database.url, logToStderr(config));
  print('The schema is up to date.');
  for (const [role, login] of Object.entries(config.databaseGrants))
    print(`${role}: ${login} has its rights.`);
}

/** Marks the two roots of a share, once, so that they differ from an empty mount point. */
async function initShare(): Promise<void> {
  const { storage } = loadConfig(undefined, 'vm');
  if (storage.kind !== 'nfs') throw new AppError('misconfigured', 'Only STORAGE=nfs has a share.');
  for (const role of ['originals', 'results'] as const) {
    const written = await markRoot(storage[role], role);
    print(`${storage[role]} ${written ? 'is now' : 'was already'} the root of the ${role}.`);
  }
}

/** Local mode, unless the environment names a database. */
function installation(): Config {
  const config = loadConfig();
  return config.database.kind === 'embedded' ? config : loadConfig(undefined, 'vm');
}

async function makeBackup(file: string): Promise<void> {
  const config = installation();
  const { tasks, files, bytes, leftOut } = await backUp(config, logToStderr(config), file);
  print(`${file}: ${tasks} tasks, ${files} files, ${bytes} bytes.`);
  if (leftOut > 0) print(`${leftOut} tasks are left out, since their files were removed meanwhile.`);
  print(
    'It has every file, hashes of passwords and keys, and secrets of webhooks: keep it as you keep the originals.',
  );
  print('It has no signing keys and no service credential.');
}

async function restoreFile(file: string): Promise<void> {
  const config = installation();
  const { createdAt, files, bytes } = await restore(config, logToStderr(config), file);
  print(`Restored as of ${createdAt}: ${files} files, ${bytes} bytes.`);
  if (config.mode === 'vm')
    print('If the services log in as other users, run npm run migrate again: it gives them their rights.');
}

/** Prints one line for every row; exits with 1 if a row was left out. */
async function importFirstGeneration({ from, apply }: { from: string; apply: boolean }): Promise<void> {
  const config = loadConfig(undefined, 'vm');
  const app = createApp(config, logToStderr(config), 'migrate-first-generation');
  try {
    await app.checkStorage();
    const moved = await app.importFirstGeneration(from, { apply, print });
    for (const [what, { copied, known, left }] of Object.entries(moved)) {
      print(`${what}: ${copied} copied, ${known} already here, ${left} left out`);
    }
    if (!apply) print('This was a dry run; nothing was changed. Add --apply to copy.');
    process.exitCode = moved.users.left + moved.tasks.left > 0 ? 1 : 0;
  } finally {
    await app.close();
  }
}

async function invite(email: string | undefined, options: InviteOptions): Promise<void> {
  const config = loadConfig();
  const app = createApp(config, logToStderr(config), 'invite');
  try {
    await inviteBy(app, email, options, print);
  } finally {
    await app.close();
  }
}

/** Rotates the keys of the data folder, or prints those of the environment with one more. */
async function rotateKeys(): Promise<void> {
  const { jwtPrivateKeys, data } = loadConfig();
  if (jwtPrivateKeys === undefined) {
    await rotateKeysFile(data);
    print('A new key signs. Running processes take it within a minute; tokens of the old key stay valid.');
    return;
  }
  const { keys, signsFrom } = await rotatedEnvironment(jwtPrivateKeys);
  print(`JWT_PRIVATE_KEYS='${keys}'`);
  process.stderr.write(
    `Set this for every process of the API, and restart each before ${signsFrom.toISOString()}, when the new key begins to sign.\n`,
  );
}

/** Prints lines for an environment file; all processes of the API need the same secrets. */
async function newSecrets(): Promise<void> {
  print(`JWT_PRIVATE_KEYS='${await newSigningKeys()}'`);
  print(`SERVICE_CREDENTIAL='${newServiceCredential()}'`);
}
