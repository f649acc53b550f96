import { FORMATS, findFormat } from '../../audio/formats/formats.ts';
import { isPresetName } from '../../audio/formats/presets.ts';
import { escaped } from '../../runtime/log-formats.ts';
import { usageError } from '../terminal/command-error.ts';

/** The format and the options of all files of one command. */
export interface RequestedOutput {
  format: string;
  extension: string;
  options: Record<string, unknown>;
}

/** Options with those in other options. */
type Table = Map<string, unknown>;

/** Names of options, also of those in other options: `loudness.target`. */
const PATH = /^[A-Za-z][\w-]*(?:\.[A-Za-z][\w-]*)*$/;

/** Reads `--to` and its extension. Throws a usage error. */
export function formatOf(name: string): { format: string; extension: string } {
  const found = findFormat(name.toLowerCase());
  if (found) return { format: found.name, extension: found.extension };
  const names = FORMATS.map((format) => format.name).join(', ');
  throw usageError(`--to: "${escaped(name)}" is no format. Expected one of ${names}.`);
}

/** Whether every service and this machine have a preset. */
export function isBuiltInPreset(name: string): boolean {
  return isPresetName(name);
}

/**
 * Reads `key=value` texts. A value is JSON if it reads as JSON, else text; values of tags (`metadata.title=1984`) are text in any
 * case. Throws a usage error.
 */
export function optionsOf(pairs: readonly string[], preset: string | undefined): Record<string, unknown> {
  const options: Table = new Map();
  if (preset !== undefined) options.set('preset', preset);
  for (const pair of pairs) {
    const cut = pair.indexOf('=');
    const path = pair.slice(0, Math.max(0, cut));
    if (!PATH.test(path))
      throw usageError(`--option: expected key=value, such as bitrate=192000, but found "${escaped(pair)}".`);
    put(options, path.split('.'), parsedValue(path, pair.slice(cut + 1)));
  }
  return recordOf(options);
}

function put(options: Table, path: readonly string[], value: unknown): void {
  const [first = '', ...rest] = path;
  if (rest.length === 0) {
    options.set(first, value);
    return;
  }
  const known = options.get(first);
  const inner: Table = known instanceof Map ? known : new Map();
  options.set(first, inner);
  put(inner, rest, value);
}

function recordOf(options: Table): Record<string, unknown> {
  const pairs = [...options].map(([name, value]) => [name, value instanceof Map ? recordOf(value) : value]);
  return Object.fromEntries(pairs);
}

function parsedValue(path: string, text: string): unknown {
  if (path.startsWith('metadata.') && !/^(["[]|null$)/.test(text)) return text;
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
