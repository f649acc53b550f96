import { remember, remembered } from './remembered.ts';

/** An upload that was begun, by which a later visit goes on. The URL gives the right to send this one file. */
export interface KeptUpload {
  url: string;
  name: string;
  /** Bytes. */
  size: number;
  /** Hash of both ends of the file, see `hashOfEnds`. */
  hash: number;
}

/** The upload of a task that this browser has begun. */
export function keptUpload(taskId: number): KeptUpload | undefined {
  return all().get(taskId);
}

export function keepUpload(taskId: number, upload: KeptUpload): void {
  save(all().set(taskId, upload));
}

export function forgetUpload(taskId: number): void {
  const uploads = all();
  if (uploads.delete(taskId)) save(uploads);
}

/** Forgets every upload, since their URLs are secrets of the user who leaves. */
export function forgetUploads(): void {
  remember('uploads', undefined);
}

function save(uploads: ReadonlyMap<number, KeptUpload>): void {
  remember('uploads', uploads.size === 0 ? undefined : JSON.stringify([...uploads]));
}

function all(): Map<number, KeptUpload> {
  try {
    const kept: unknown = JSON.parse(remembered('uploads') ?? '[]');
    return new Map(Array.isArray(kept) ? kept.filter(isEntry) : []);
  } catch {
    // Another program may have written it.
    return new Map();
  }
}

function isEntry(entry: unknown): entry is [number, KeptUpload] {
  if (!Array.isArray(entry) || typeof entry[0] !== 'number') return false;
  const upload: unknown = entry[1];
  if (typeof upload !== 'object' || upload === null) return false;
  return (
    'url' in upload &&
    'name' in upload &&
    'size' in upload &&
    'hash' in upload &&
    typeof upload.url === 'string'
  );
}
