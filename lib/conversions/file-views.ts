import { join } from 'node:path';
import type { SpectrumWindow } from '../audio/ffmpeg/arguments.ts';
import { AppError } from '../runtime/errors.ts';
import type { AnalysisOf } from '../tasks/object-keys.ts';
import type { TaskFile } from '../tasks/tasks.ts';
import type { AnalysisDependencies } from './kept-analysis.ts';
import { openSource } from './open-original.ts';

/** Views of the files of tasks that are made at each request, since there are too many of them to be kept. */
export interface FileViews {
  /** Finds a file without opening it. Throws `not_found`, `not_ready`, `not_uploaded`. */
  find(userId: number, id: number, of: AnalysisOf): Promise<TaskFile>;
  /** Draws a part of a file as PNG. Throws `invalid_request` behind its end, and as `AudioEngine.waveform`. */
  spectrum(file: TaskFile, window: SpectrumWindow, signal: AbortSignal): Promise<Buffer>;
  /** The front cover of a file, or its first picture. Throws `not_found` without one. */
  picture(file: TaskFile): Promise<Buffer>;
}

/** Views that this process makes at once or that wait; a waiting one holds no file. */
const MOST = 64;

export function createFileViews({
  tasks,
  engine,
  workspaces,
}: Pick<AnalysisDependencies, 'tasks' | 'engine' | 'workspaces'>): FileViews {
  let asked = 0;
  const counted = async <T>(work: () => Promise<T>): Promise<T> => {
    if (asked >= MOST) throw new AppError('unavailable', 'Too many pictures wait to be drawn. Try again.');
    asked += 1;
    try {
      return await work();
    } finally {
      asked -= 1;
    }
  };
  return {
    find: async (userId, id, of) => (await tasks()).file(userId, id, of),
    spectrum: ({ storage, key }, window, signal) =>
      counted(async () => {
        const audio = await engine();
        const picture = await workspaces.use((folder) =>
          audio.spectrum(() => openSource(audio, storage, key, folder, signal), window, signal),
        );
        if (picture.length === 0) throw behindTheEnd();
        return picture;
      }),
    picture: ({ storage, key }) =>
      counted(async () => {
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
