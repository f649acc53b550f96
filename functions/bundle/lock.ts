import { readFile } from 'node:fs/promises';
import { z } from 'zod';

const NAMES = z.record(z.string(), z.string()).optional();

const PACKAGE = z.looseObject({
  dependencies: NAMES,
  optionalDependencies: NAMES,
  peerDependencies: NAMES,
});

/** The part of a package-lock.json, version 3, that is read. */
const LOCK = z.looseObject({ lockfileVersion: z.literal(3), packages: z.record(z.string(), PACKAGE) });

export type Lock = z.output<typeof LOCK>;

export async function readLock(path: string): Promise<Lock> {
  return LOCK.parse(JSON.parse(await readFile(path, 'utf8')));
}

/** Packages by their path. */
type Packages = Lock['packages'];

/** The part of a lock that some packages need, so that a deployment installs the tested versions. */
export function partOfLock(
  { packages, lockfileVersion }: Lock,
  root: object,
  names: readonly string[],
): object {
  const needed = new Set<string>();
  for (const name of names) collect(packages, needed, name, '');
  const kept = [...needed].sort().map((path) => [path, packages[path]]);
  return { lockfileVersion, requires: true, packages: { '': root, ...Object.fromEntries(kept) } };
}

/** Missing optional and peer packages are not needed. */
function collect(packages: Packages, needed: Set<string>, name: string, from: string): void {
  const path = resolve(packages, name, from);
  if (path === undefined || needed.has(path)) return;
  needed.add(path);
  const { dependencies, optionalDependencies, peerDependencies } = packages[path] ?? {};
  const names = Object.keys({ ...dependencies, ...optionalDependencies, ...peerDependencies });
  for (const wanted of names) collect(packages, needed, wanted, path);
}

/** Searches as Node.js does: in the folder of the package that needs it, and then in each folder above. */
function resolve(packages: Packages, name: string, from: string): string | undefined {
  const path = `${from === '' ? '' : `${from}/`}node_modules/${name}`;
  if (path in packages) return path;
  if (from === '') return undefined;
  const above = from.slice(0, Math.max(0, from.lastIndexOf('/node_modules/')));
  return resolve(packages, name, above);
}
