import type { MediaInfo } from '../audio/media/media-info.ts';
import type { ConversionResult } from './tasks.ts';

/** A row of the first generation's table `user`. */
export interface OldUser {
  email: string;
  name: string | null;
  /** In clear text. */
  password: string | null;
}

/** A row of the first generation's table `task`. */
export interface OldTask {
  id: number;
  createdAt: Date;
  name: string;
  /** Such as `MP3`. */
  convertedExt: string;
  /** `PROCESSED`, or something else. */
  state: string;
  /** Of its owner. */
  email: string;
}

/** The first generation's tables, each in the order of its key. */
export interface FirstGeneration {
  users(): AsyncIterable<OldUser>;
  tasks(): AsyncIterable<OldTask>;
}

/** A task as it comes over: its first revision, never tried. */
export interface ImportedTask {
  id: number;
  userId: number;
  name: string;
  originalExt: string;
  format: string;
  state: 'UPLOADED' | 'PROCESSED' | 'EXPIRED';
  createdAt: Date;
  media: MediaInfo | null;
  result: ConversionResult | null;
}

/** Takes rows of the first generation in. */
export interface FirstGenerationImport {
  /** Whatever its case. */
  isNameTaken(name: string): Promise<boolean>;
  /** Keeps the id; the next sweep enqueues for what is UPLOADED. */
  addTask(task: ImportedTask): Promise<void>;
  /** Has new tasks get ids beyond all that there are. */
  moveSequence(): Promise<void>;
}
