import { join } from 'node:path';
import type { SpectrumWindow } from '../audio/ffmpeg/arguments.ts';
import { AppError } from '../runtime/errors.ts';
import type { AnalysisOf } from '../tasks/object-keys.ts';
import type { TaskFile } from '../tasks/tasks.ts';
import type { AnalysisDependencies } from './kept-analysis.ts';
import { openSource } from './open-original.ts';
import { whileThere } from './replaced-file.ts';

/** Views of the files of tasks that are made at each request, since there are too many of them to be kept. */
export interface FileViews {
  /** Finds a file without opening it. Throws `not_found`, `not_ready`, `not_uploaded`. */
  find(userId: number, id: number, of: AnalysisOf): Promise<TaskFile>;
  /** Draws a part of a file as PNG. Throws `invalid_request` behind its end, and as `AudioEngine.waveform` and `whileThere`. */
  spectrum(file: TaskFile, window: SpectrumWindow, signal: AbortSignal): Promise<Buffer>;
  /** The front cover of a file, or its first picture. Throws `not_found` without one. */
  picture(file: TaskFile): Promise<Buffer>;
}

/** Views that this process makes at once or that wait; a waiting one holds no file. */
const MOST = 64;

/** Seconds after which some of them are drawn. */
const RETRY_AFTER = 2;

export function createFileViews({
  tasks,
  engine,
  workspaces,
}: Pick<AnalysisDependencies, 'tasks' | 'engine' | 'workspaces'>): FileViews {
  let asked = 0;
  const counted = async <T>(file: TaskFile, work: () => Promise<T>): Promise<T> => {
    if (asked >= MOST)
      throw new AppError('unavailable', 'Too many pictures wait to be drawn. Try again.', {
        retryAfter: RETRY_AFTER,
      });
    asked += 1;
    try {
      return await whileThere(file, work);
    } finally {
      asked -= 1;
    }
  };
  return {
    find: async (userId, id, of) => (await tasks()).file(userId, id, of),
    spectrum: (file, window, signal) =>
      counted(file, async () => {
        const audio = await engine();
        const { storage, key } = file;
        const picture = await workspaces.use((folder) =>
          audio.spectrum(() => openSource(audio, storage, key, folder, signal), window, signal),
        );
        if (picture.length === 0) throw behindTheEnd();
        return picture;
      }),
    picture: (file) =>
      counted(file, async () => {
        const { storage, key } = file;
        const audio = await engine();
        const found = await workspaces.use(async (folder) => {
          const path = join(folder, 'input');
          await storage.fetch(key, path);
          return audio.picture(path);
        });
        if (!found) throw new AppError('not_found', 'This file has no picture.');
        return found;
      }),
  };
}

function behindTheEnd(): AppError {
  const message = 'expected a time before the end of the sound';
  return new AppError('invalid_request', `The request is not valid. start: ${message}.`, {
    details: [{ path: 'start', message }],
  });
}
