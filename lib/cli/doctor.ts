import { serverVersion } from '../adapters/database/server-version.ts';
import { embeddedVersion } from '../adapters/embedded-postgres/binaries.ts';
import { wantedBinaries } from '../app/open-engine.ts';
import { findBinaries } from '../audio/ffmpeg/binaries.ts';
import { describeBuild } from '../audio/ffmpeg/program-version.ts';
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

async function tools(config: Config, fallback: boolean): Promise<string[]> {
  const found = await findBinaries({ ...wantedBinaries(config), fallback });
  const { ffmpeg, ffprobe, resultFfprobe, encoders, muxers, sandbox, warnings } = found;
  const possible = new Set(possibleFormats(encoders, muxers).map(({ name }) => name));
  const without = FORMATS.map(({ name }) => name).filter((name) => !possible.has(name));
  return [
    `ffmpeg    ${describeBuild(ffmpeg)} ${ffmpeg.path}`,
    `ffprobe   ${describeBuild(ffprobe)} ${ffprobe.path}`,
    ...(resultFfprobe.path === ffprobe.path
      ? []
      : [`          ${describeBuild(resultFfprobe)} ${resultFfprobe.path}, for results`]),
    `Formats   ${without.length === 0 ? 'all' : `without ${without.join(', ')}`}`,
    `Sandbox   ${[sandbox.level, ...sandbox.parts].join(', ')}`,
    `Limits    ${sandbox.limitsResources ? 'of memory, computing time, files and time' : 'only of time'}`,
    `Holes     ${found.holes.length === 0 ? 'none of those that are known' : 'see the warnings'}`,
    ...[...warnings, ...found.holes].map((warning) => `Warning   ${warning}`),
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
