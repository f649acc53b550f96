import { createReadStream, createWriteStream } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { LocalEngine } from '../local/local-engine.ts';
import type { Converter, Job, StreamJob } from './converter.ts';

/** Converts by the engine alone. */
export function createLocalConverter(engine: LocalEngine): Converter {
  return {
    async convert({ path, folder, format, options, onProgress, signal }: Job) {
      const report = (fraction: number) => onProgress({ stage: 'conversion', fraction });
      const { path: result, made } = await engine.convert({
        path,
        folder,
        format,
        options,
        onProgress: report,
        signal,
      });
      const adapted = made.adaptations.map(({ code, reason }) => ({ code, message: reason }));
      return {
        path: result,
        duration: made.media.duration,
        taskId: undefined,
        notes: [...adapted, ...made.warnings],
        done: async () => undefined,
      };
    },
    async convertStream({ input, format, options, onProgress, signal }: StreamJob) {
      const folder = await mkdtemp(join(tmpdir(), 'tonemill-'));
      try {
        const path = join(folder, 'stdin');
        await pipeline(Readable.from(input), createWriteStream(path), { signal });
        const report = (fraction: number) => onProgress({ stage: 'conversion', fraction });
        const made = await engine.convert({ path, folder, format, options, onProgress: report, signal });
        return removedAfter(made.path, folder);
      } catch (error) {
        await rm(folder, { recursive: true, force: true });
        throw error;
      }
    },
    close: () => engine.close(),
  };
}

async function* removedAfter(path: string, folder: string): AsyncGenerator<Uint8Array> {
  try {
    yield* createReadStream(path);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
