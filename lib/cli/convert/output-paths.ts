import { basename, dirname, extname, join, resolve } from 'node:path';
import { plainName } from '../files/safe-names.ts';
import type { Input } from './inputs.ts';
import type { NameTemplate, Tags } from './name-template.ts';

export interface OutputOptions {
  /** Undefined: results lie next to their originals. */
  out: string | undefined;
  template: NameTemplate | undefined;
  extension: string;
}

/** Gives each original of one command a path of its own for its result. */
export type OutputPaths = (input: Input, tags: Tags | undefined) => string;

/** Results of two originals with the same name are numbered: `a.flac`, `a (2).flac`. An original keeps its path. */
export function createOutputPaths({ out, template, extension }: OutputOptions): OutputPaths {
  const owners = new Map<string, string>();
  const given = new Map<string, string>();
  return (input, tags) => {
    const origin = resolve(input.path);
    const before = given.get(origin);
    if (before !== undefined) return before;
    const stem = stemOf(input.path);
    const parts = template?.partsOf({ stem, folders: input.folders, tags }) ?? [
      ...(out === undefined ? [] : input.folders.map(plainName)),
      plainName(stem),
    ];
    const base = join(out ?? dirname(input.path), ...parts);
    for (let number = 1; ; number += 1) {
      const path = `${base}${number === 1 ? '' : ` (${number})`}.${extension}`;
      // The result of another original may lie there: it is found, and not made again.
      if (resolve(path) === origin) return path;
      const key = resolve(path).normalize('NFC').toLowerCase();
      const owner = owners.get(key) ?? origin;
      if (owner !== origin) continue;
      owners.set(key, origin);
      given.set(origin, path);
      return path;
    }
  };
}

/** A name without its extension; a name such as `.mp3` stays unchanged. */
export function stemOf(path: string): string {
  const name = basename(path);
  return name.slice(0, name.length - extname(name).length);
}
