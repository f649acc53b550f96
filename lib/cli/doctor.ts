import { serverVersion } from '../adapters/database/server-version.ts';
import { embeddedVersion } from '../adapters/embedded-postgres/binaries.ts';
import { findBinaries } from '../audio/ffmpeg/binaries.ts';
import { describeVersion } from '../audio/ffmpeg/program-version.ts';
import { FORMATS, possibleFormats } from '../audio/formats/formats.ts';
import type { Config, DatabaseConfig } from '../config/config.ts';
import { AppError } from '../runtime/errors.ts';

/** Findings about this machine, one a line, and the problems that keep the product from running. */
export interface Diagnosis {
  lines: string[];
  missing: string[];
}

/** Checks the requirements of the product on this machine: programs, formats, database. */
export function diagnose(config: Config): Promise<Diagnosis> {
  return lookedAt([nodeVersion, () => tools(config, true), () => database(config.database)]);
}

/** The same without a database, and without the ffmpeg of 2018, which only a laptop may use. */
export function diagnosePrograms(config: Config): Promise<Diagnosis> {
  return lookedAt([nodeVersion, () => tools(config, false)]);
}

async function lookedAt(parts: readonly (() => Promise<string[]>)[]): Promise<Diagnosis> {
  const lines: string[] = [];
  const missing: string[] = [];
  for (const look of parts) {
    try {
      lines.push(...(await look()));
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      missing.push(error.message);
    }
  }
  return { lines, missing };
}

async function nodeVersion(): Promise<string[]> {
  return [`Node.js   ${process.version}`];
}

async function tools({ ffmpegPath, ffprobePath, path }: Config, fallback: boolean): Promise<string[]> {
  const found = await findBinaries({ ffmpegPath, ffprobePath, path, fallback });
  const { ffmpeg, ffprobe, encoders, muxers, sandbox, warnings } = found;
  const possible = possibleFormats(encoders, muxers);
  const without = FORMATS.filter((format) => !possible.includes(format)).map(({ name }) => name);
  return [
    `ffmpeg    ${describeVersion(ffmpeg)} ${ffmpeg.path}`,
    `ffprobe   ${describeVersion(ffprobe)} ${ffprobe.path}`,
    `Formats   ${without.length === 0 ? 'all' : `without ${without.join(', ')}`}`,
    `Limits    ${sandbox.prlimit ? 'by prlimit' : 'only of time'}`,
    ...warnings.map((warning) => `Warning   ${warning}`),
  ];
}

async function database(config: DatabaseConfig): Promise<string[]> {
  switch (config.kind) {
    case 'embedded':
      return [`Database  embedded PostgreSQL ${await embeddedVersion()}`];
    case 'url':
      return [`Database  PostgreSQL ${await serverVersion(config.url)} by DATABASE_URL`];
    case 'cloudsql':
      return [`Database  Cloud SQL ${config.instance}, which only its network reaches`];
  }
}
