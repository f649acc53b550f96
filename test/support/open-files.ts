import { readdirSync, readlinkSync } from 'node:fs';

/** Paths of the files that this process has open, where the system tells: sockets and pipes have none. */
export function openFiles(): string[] {
  if (process.platform !== 'linux') return [];
  return readdirSync('/proc/self/fd').flatMap((descriptor) => pathOf(descriptor) ?? []);
}

function pathOf(descriptor: string): string | undefined {
  try {
    const path = readlinkSync(`/proc/self/fd/${descriptor}`);
    return path.startsWith('/') ? path : undefined;
  } catch {
    return undefined;
  }
}
