import { join } from 'node:path';
import { install, run } from './install.ts';
import { stage } from './stage.ts';

/**
 * npm run gcp-build: writes the bundle to .build/functions, installs the packages next to it, and runs the bundle's
 * `doctor`, which looks for an ffmpeg and an ffprobe that run; fails if one is missing.
 */
const folder = join(import.meta.dirname, '..', '..', '.build', 'functions');

try {
  await stage(folder);
  await install(folder);
  await run(folder, process.execPath, 'cli.js', 'doctor', 'programs');
} catch (error) {
  const reason = error instanceof Error ? error.message : String(error);
  process.stderr.write(`The bundle cannot be deployed: ${reason}.\n`);
  process.exit(1);
}
