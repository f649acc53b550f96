import { fileAt } from '../../client/node.ts';
import { escaped } from '../../runtime/log-formats.ts';
import { mustBeReadable } from '../files/readable.ts';
import { openLocalEngine } from '../local/local-engine.ts';
import { openService } from '../service/service.ts';
import { print, printJson } from '../terminal/output.ts';
import { stopSignal } from '../terminal/stop.ts';

export interface ProbeOptions {
  local?: boolean;
  loudness?: boolean;
  json?: boolean;
}

/** Prints the media information of files. */
export async function probe(paths: readonly string[], options: ProbeOptions): Promise<void> {
  const look = options.local ? await localProbe() : await remoteProbe();
  try {
    for (const path of paths) {
      await mustBeReadable(path);
      const media = await look.probe(path, options.loudness ?? false);
      if (options.json) printJson({ file: path, ...media });
      else printMedia(path, media);
    }
  } finally {
    look.close();
  }
}

interface Look {
  probe(path: string, loudness: boolean): Promise<object>;
  close(): void;
}

async function localProbe(): Promise<Look> {
  const engine = await openLocalEngine(1);
  return {
    probe: (path, loudness) => engine.probe(path, { loudness, signal: stopSignal }),
    close: () => engine.close(),
  };
}

async function remoteProbe(): Promise<Look> {
  const { client } = await openService({ patient: true });
  return {
    probe: async (path, loudness) => client.probe(await fileAt(path), { loudness, signal: stopSignal }),
    close: () => undefined,
  };
}

/** Simple values one a line, lists and tags as JSON; what the file has not is left out. */
function printMedia(path: string, media: object): void {
  print(escaped(path));
  for (const [name, value] of Object.entries(media)) {
    if (value === null || (Array.isArray(value) && value.length === 0)) continue;
    const text = typeof value === 'object' ? JSON.stringify(value) : String(value);
    print(`  ${name.padEnd(14)} ${escaped(text)}`);
  }
}
