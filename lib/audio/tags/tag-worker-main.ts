import { parentPort } from 'node:worker_threads';
import type { FileTags } from '../media/file-tags.ts';
import { detectedEncoding } from './detected-encoding.ts';
import { readFileTags, readPicture, writeFileTags } from './read-and-write.ts';
import { type Answer, type Question, READY } from './tag-worker.ts';
import { loadTagLib } from './taglib.ts';

/** The worker thread: says that it is ready, and answers one question after the other. */
loadTagLib();
parentPort?.postMessage({ id: READY, result: null } satisfies Answer);
parentPort?.on('message', async (question: Question) => {
  parentPort?.postMessage(await answer(question));
});

async function answer(question: Question): Promise<Answer> {
  try {
    const { id } = question;
    if (question.kind === 'write') return { id, result: writeFileTags(question.path, question.wanted) };
    if (question.kind === 'picture') return { id, picture: readPicture(question.path) };
    return { id, result: await withEncoding(readFileTags(question.path)) };
  } catch (error) {
    return { id: question.id, failure: error instanceof Error ? error.message : String(error) };
  }
}

async function withEncoding(file: FileTags | null): Promise<FileTags | null> {
  return file && { ...file, encoding: await detectedEncoding(file.tags) };
}
