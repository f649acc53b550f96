import { join } from 'node:path';
import { install, run } from './install.ts';
import { stage } from './stage.ts';

/**
 * npm run gcp-build: writes what is deployed to .build/functions, installs what it finds next to itself, and has its own
 * `doctor` look for an ffmpeg and an ffprobe that run; fails where one is missing.
 */
const folder = join(import.meta.dirname, '..', '..', '.build', 'functions');

try {
  await stage(folder);
  await install(folder);
  await run(folder, process.execPath, 'cli.js', 'doctor', 'programs');
} catch (error) {
  const reason = error instanceof Error ? error.message : String(error);
  process.stderr.write(`The bundle is not fit to be deployed: ${reason}.\n`);
  process.exit(1);
}
