import { copyFile, mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { build } from 'esbuild';
import { bundledConsole } from '../../lib/app/console-bundle.ts';
import { CONSOLE_FOLDER } from '../../lib/app/open-console.ts';

/**
 * npm run cli:build: writes the command line as JavaScript for an installed package, whose TypeScript Node.js does not run. Its
 * packages are installed with it.
 */
const ROOT = join(import.meta.dirname, '..', '..');

/** The folder that `tonemill.cjs` loads, as deep in the package as the sources. */
const BUILT = join(ROOT, '.build', 'cli');

await rm(BUILT, { recursive: true, force: true });
await build({
  bundle: true,
  packages: 'external',
  platform: 'node',
  format: 'esm',
  target: 'node24',
  splitting: true,
  absWorkingDir: ROOT,
  entryPoints: {
    main: 'lib/cli/main.ts',
    'tag-worker-main': 'lib/audio/tags/tag-worker-main.ts',
    'spawn-helper-main': 'lib/process/spawn-helper-main.ts',
  },
  outdir: BUILT,
  logLevel: 'warning',
});
// The launcher of the sandbox is compiled where it runs.
await copyFile(join(ROOT, 'lib', 'process', 'launcher.c'), join(BUILT, 'launcher.c'));
await mkdir(join(BUILT, CONSOLE_FOLDER));
for (const { name, bytes } of await bundledConsole())
  await writeFile(join(BUILT, CONSOLE_FOLDER, name), bytes);
