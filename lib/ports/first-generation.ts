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
  /** `PROCESSED`, or another text. */
  state: string;
  /** Email of its owner. */
  email: string;
}

/** The first generation's tables, each in the order of its key. */
export interface FirstGeneration {
  users(): AsyncIterable<OldUser>;
  tasks(): AsyncIterable<OldTask>;
}

/** A task to import: its first revision, without attempts. */
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

/** Stores imported rows of the first generation. */
export interface FirstGenerationImport {
  /** Ignores case. */
  isNameTaken(name: string): Promise<boolean>;
  /** Adds a task with its id; the next sweep enqueues messages for tasks that are UPLOADED. */
  addTask(task: ImportedTask): Promise<void>;
  /** Moves the sequence, so that ids of new tasks are greater than all existing ones. */
  moveSequence(): Promise<void>;
}
