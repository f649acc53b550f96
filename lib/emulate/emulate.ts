import { join } from 'node:path';
import { loadConfig } from '../config/config.ts';
import { startEmulation } from './emulation.ts';
import { buildEmulators } from './emulator-programs.ts';

/** npm run emulate: runs the cloud on this machine, at PORT, until Ctrl-C. */
const programs = await buildEmulators();
if (!programs) {
  process.stderr.write('Go is not on PATH; it builds the emulators. https://go.dev/dl/\n');
  process.exit(1);
}
const stopped = new Promise<void>((resolve) => {
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => resolve());
});
const { PATH, PORT, OUTBOUND_HTTP, OUTBOUND_ALLOWED_ADDRESSES } = process.env;
const outbound = { OUTBOUND_HTTP, OUTBOUND_ALLOWED_ADDRESSES };
const { port, path } = loadConfig({ PATH, PORT, ...outbound });
const source = join(import.meta.dirname, '..', '..');
const { url, functions, credential, stop } = await startEmulation({ port, path, outbound, programs, source });
for (const [name, at] of Object.entries(functions)) process.stdout.write(`${name.padEnd(12)}${at}\n`);
process.stdout.write(`Internal callers send X-Service-Credential: ${credential}\n`);
process.stdout.write(`Tonemill is ready on ${url}\n`);
await stopped;
await stop();
process.exit(0);
