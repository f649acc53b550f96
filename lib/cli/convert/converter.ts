/** One file on its way. */
export interface Job {
  /** Path of the original. */
  path: string;
  size: number;
  mtime: Date;
  format: string;
  options: Record<string, unknown>;
  /** A private folder for the result. */
  folder: string;
  onProgress: (progress: JobProgress) => void;
  signal: AbortSignal;
}

export interface JobProgress {
  stage: 'upload' | 'conversion' | 'download';
  /** 0 to 1. */
  fraction: number;
}

/** A deviation of a result from its request or its original. */
export interface Note {
  code: string;
  message: string;
}

export interface ConvertedFile {
  /** Path of the result in the private folder. */
  path: string;
  /** Seconds; null if unknown. */
  duration: number | null;
  /** Undefined without a service. */
  taskId: number | undefined;
  notes: readonly Note[];
  /** Forgets what a later run would go on from: the result has its place. */
  done(): Promise<void>;
}

/** Converts files, by a service or by the engine alone. */
export interface Converter {
  /** Throws an error of this file, or a CommandError if no other file would fare better. */
  convert(job: Job): Promise<ConvertedFile>;
  /** Converts a stream of unknown size. The caller reads the answer to its end. */
  convertStream(job: StreamJob): Promise<AsyncIterable<Uint8Array>>;
  close(): void;
}

export type StreamJob = Pick<Job, 'format' | 'options' | 'onProgress' | 'signal'> & {
  input: AsyncIterable<Uint8Array>;
};
