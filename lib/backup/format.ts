import { createHash } from 'node:crypto';
import { z } from 'zod';
import { AppError } from '../runtime/errors.ts';

/**
 * A backup is a tar file (POSIX.1-2017, pax) of these entries, in this order; every entry is a plain file:
 *
 * - `manifest.json`: format, release and schema
 * - `originals/KEY` and `results/KEY`
 * - `database/index.json`: tables with their columns, sequences, and tasks without their result
 * - `database/TABLE/PART`: rows of one table in PostgreSQL's text format of COPY, in parts
 * - `checksums/NUMBER`: SHA-256 of the entries before it since the last such one, as `sha256sum` writes them
 * - `end.json`: number of the entries before it; a file without it was cut off
 */
export const MANIFEST = z.object({
  format: z.literal('tonemill-backup'),
  version: z.literal(1),
  createdAt: z.iso.datetime(),
  migrations: z.array(z.string()),
});

export type Manifest = z.output<typeof MANIFEST>;

export const INDEX = z.object({
  tables: z.array(z.object({ name: z.string(), columns: z.array(z.string()).min(1) })),
  sequences: z.record(z.string(), z.int()),
  again: z.array(z.int()),
});

export type DatabaseIndex = z.output<typeof INDEX>;

export const END = z.object({ entries: z.int() });

/** Entries that one list of checksums covers at most, so that neither side holds many. */
export const COVERED = 1000;

/** Bytes of one part of a table. */
export const PART_BYTES = 4 * 1024 * 1024;

/** Most bytes of an entry that is read into memory. */
export const TEXT_BYTES = 64 * 1024 * 1024;

/** A line as `sha256sum` writes it. */
export function checksumLine(name: string, hash: string): string {
  return `${hash}  ${name}\n`;
}

export const newHash = () => createHash('sha256');

/** The error for a file that is no backup, or not a whole one. */
export function invalidBackup(reason: string, cause?: unknown): AppError {
  return new AppError('invalid_backup', `The file is not usable as a backup: ${reason}.`, { cause });
}
