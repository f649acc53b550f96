import { complain } from './notices.ts';
import { service } from './service.ts';
import { hide, show } from './tasks.ts';

/** Milliseconds for which a deletion can be undone. */
const UNDO = 5000;

/** Deletions that can still be undone, each with the function that runs it at once. */
const pending = new Map<number, () => void>();

/** Takes a task off the list, and deletes it unless the answer is called within five seconds. */
export function removeLater(id: number): () => void {
  const remove = () => {
    clearTimeout(timer);
    pending.delete(id);
    // The page may be about to close, and its requests with it.
    service.tasks.remove(id, { keepalive: true }).catch((error: unknown) => {
      show(id);
      complain(error);
    });
  };
  const timer = setTimeout(remove, UNDO);
  pending.set(id, remove);
  hide(id);
  return () => {
    clearTimeout(timer);
    pending.delete(id);
    show(id);
  };
}

/** Runs all deletions that wait. */
export function removeNow(): void {
  for (const remove of pending.values()) remove();
}
