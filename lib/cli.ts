import { findBinaries } from './binaries.ts';
import { type Config, loadConfig } from './config.ts';
import { migrate } from './db/database.ts';
import { AppError } from './errors.ts';
import { FORMATS } from './formats.ts';
import { createLog } from './log.ts';
import { serveLocal } from './serve.ts';

const COMMANDS: Readonly<Record<string, () => Promise<void>>> = { start, doctor, migrate: migrateUrl };

const print = (line: string) => process.stdout.write(`${line}\n`);

await main(process.argv[2] ?? '');

async function main(name: string): Promise<void> {
  const command = COMMANDS[name];
  try {
    if (!command) throw new AppError('misconfigured', `Expected one of ${Object.keys(COMMANDS).join(', ')}.`);
    await command();
  } catch (error) {
    process.stderr.write(`${error instanceof AppError ? error.message : describe(error)}\n`);
    process.exit(1);
  }
}

function describe(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

async function start(): Promise<void> {
  const log = createLog((line) => process.stderr.write(`${line}\n`));
  const stopped = new Promise<void>((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => resolve());
  });
  const served = await serveLocal(loadConfig(), log);
  print(`Tonemill is ready on ${served.url}`);
  await stopped;
  await served.close();
  process.exit(0);
}

/** Says what was found and what is missing; exit 1 where something is. */
async function doctor(): Promise<void> {
  const config = loadConfig();
  print(`Node.js  ${process.version}`);
  await tools(config);
  print(`Database ${config.database.kind}`);
}

async function tools({ ffmpegPath, ffprobePath, path }: Config): Promise<void> {
  const { ffmpeg, ffprobe, encoders, warnings } = await findBinaries({
    ffmpegPath,
    ffprobePath,
    path,
    fallback: true,
  });
  print(`ffmpeg   ${ffmpeg.version} ${ffmpeg.path}`);
  print(`ffprobe  ${ffprobe.version} ${ffprobe.path}`);
  const missing = FORMATS.filter(({ encoder }) => !encoders.has(encoder)).map(({ name }) => name);
  print(`Formats  ${missing.length === 0 ? 'all' : `without ${missing.join(', ')}`}`);
  for (const warning of warnings) print(`Warning  ${warning}`);
}

async function migrateUrl(): Promise<void> {
  const { database } = loadConfig();
  if (database.kind !== 'url') {
    const sentence =
      "The schema's owner migrates by DATABASE=url and DATABASE_URL; embedded does it by itself.";
    throw new AppError('misconfigured', sentence);
  }
  await migrate(database.url);
  print('The schema is up to date.');
}
