import { execFile } from 'node:child_process';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { build } from 'esbuild';

const run = promisify(execFile);

const ROOT = join(import.meta.dirname, '..', '..');

/** The folder that `exports` of package.json leads to. */
const BUILT = join(ROOT, '.build', 'client');

/** Bundles the client into one file, and what needs Node.js into another, with their types. */
export async function buildClient(): Promise<void> {
  await rm(BUILT, { recursive: true, force: true });
  await build({
    entryPoints: ['index', 'node'].map((name) => join(ROOT, 'lib', 'client', `${name}.ts`)),
    bundle: true,
    format: 'esm',
    platform: 'browser',
    target: 'es2022',
    external: ['node:*'],
    outdir: BUILT,
  });
  const typescript = join(ROOT, 'node_modules', 'typescript', 'bin', 'tsc');
  await run(process.execPath, [typescript, '-p', join(import.meta.dirname, 'tsconfig.json')]);
}

/** The client as a page would have it: minified, in one file. */
export async function minified(): Promise<Uint8Array> {
  const entry = join(ROOT, 'lib', 'client', 'index.ts');
  const options = { bundle: true, format: 'esm', platform: 'browser', target: 'es2022' } as const;
  const { outputFiles } = await build({ ...options, entryPoints: [entry], minify: true, write: false });
  return outputFiles[0]?.contents ?? new Uint8Array();
}
