import { type Signal, signal } from '@preact/signals';
import type { components } from '../client/index.ts';
import { reasonOf } from './notices.ts';
import { service } from './service.ts';
import type { ServiceSentence } from './service-sentences.ts';

/** Bytes at the beginning of a large file that are read. Nearly all tags and pictures are in them. */
const HEAD = 8 * 1024 * 1024;

export type ProbedFile = components['schemas']['ProbedFile'];

/** What the service knows of a file that was not sent yet. */
export type StagedMedia =
  | { state: 'reading' }
  | { state: 'read'; isWhole: boolean; media: ProbedFile }
  | { state: 'unread'; isWhole: boolean; reason: ServiceSentence };

const known = new WeakMap<File, Signal<StagedMedia>>();

/** The properties of a file. The service reads its beginning at the first call, and keeps nothing of it. */
export function mediaOf(file: File): Signal<StagedMedia> {
  const found = known.get(file);
  if (found) return found;
  const made = signal<StagedMedia>({ state: 'reading' });
  known.set(file, made);
  void read(file, made, file.size <= HEAD);
  return made;
}

/** Has the service read the whole of a file that keeps its tags behind the sound, as an MP4 may. */
export function readWhole(file: File): void {
  const found = known.get(file);
  if (found) void read(file, found, true);
}

async function read(file: File, into: Signal<StagedMedia>, isWhole: boolean): Promise<void> {
  into.value = { state: 'reading' };
  const sent = isWhole ? file : new File([file.slice(0, HEAD)], file.name);
  try {
    into.value = { state: 'read', isWhole, media: await service.probe(sent, { cover: true }) };
  } catch (error) {
    into.value = { state: 'unread', isWhole, reason: reasonOf(error) };
  }
}
