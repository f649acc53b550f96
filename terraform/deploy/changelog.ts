/** Run by `npm version`: gives what is unreleased its number and its day. */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';

const UNRELEASED = '## Unreleased\n';

/** @param day as 2026-11-24 */
export function release(changes: string, version: string, day: string): string {
  const at = changes.indexOf(UNRELEASED);
  if (at < 0) throw new TypeError('Expected a section "## Unreleased" in CHANGELOG.md.');
  const rest = changes.slice(at + UNRELEASED.length);
  const [section = ''] = rest.split(/^## /m);
  if (section.trim() === '') throw new TypeError('Expected something under "## Unreleased" in CHANGELOG.md.');
  return `${changes.slice(0, at)}${UNRELEASED}\n## ${version} - ${day}\n${rest}`;
}

if (import.meta.main) {
  const file = join(import.meta.dirname, '..', '..', 'CHANGELOG.md');
  const manifest: unknown = JSON.parse(await readFile(join(file, '..', 'package.json'), 'utf8'));
  const { version } = z.object({ version: z.string() }).parse(manifest);
  const day = new Date().toISOString().slice(0, 10);
  await writeFile(file, release(await readFile(file, 'utf8'), version, day));
}
