import type { RequestedOutput, RequestedOutputs, Task } from './tasks.ts';

/** Loudness of an album as one sound: LUFS, and the highest true peak of its tracks in dBTP. */
export interface AlbumLevel {
  integrated: number;
  truePeak: number;
}

/** A track of an album: a task of its batch that asks for the album, and whose original has come. */
export type AlbumTrack = Pick<Task, 'id' | 'name' | 'revision' | 'originalExt'>;

/** Albums of batches. A task that asks for one is not converted as long as another one of its album waits for its original. */
export interface AlbumStore {
  /** By id; at most 1000, as a batch has. */
  tracks(batchId: number): Promise<AlbumTrack[]>;
  /**
   * The level that was kept first; null: the album is silent; undefined: none was kept.
   * @param question name of the way to measure
   */
  level(batchId: number, question: string): Promise<AlbumLevel | null | undefined>;
  /** Keeps a level unless there is one already, and returns the one that is kept. */
  keepLevel(batchId: number, question: string, level: AlbumLevel | null): Promise<AlbumLevel | null>;
}

/** Whether an output asks for the loudness of its album. */
export function wantsAlbum({ options: { replayGain, loudness } }: Pick<RequestedOutput, 'options'>): boolean {
  const scope = typeof loudness === 'object' && loudness !== null && 'scope' in loudness && loudness.scope;
  return replayGain === 'album' || scope === 'album';
}

/** Whether any output of a task does. */
export function isOfAlbum({ outputs, ...one }: RequestedOutputs): boolean {
  return (outputs ?? [one]).some(wantsAlbum);
}
