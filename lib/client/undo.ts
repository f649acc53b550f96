/** Milliseconds for the removal of what an aborted call has begun, and before it for the answer that tells what to remove. */
export const UNDO_TIMEOUT = 5000;

/**
 * Opens something at the service. Throws the reason of the caller's signal at once; the request goes on for a while, since the
 * service may have it already, and what its answer tells is removed in the background.
 * @param open with a signal of its own
 */
export async function openedOrUndone<T>(
  open: (signal: AbortSignal) => Promise<T>,
  remove: (opened: T) => Promise<void>,
  caller: AbortSignal | undefined,
): Promise<T> {
  caller?.throwIfAborted();
  const late = new AbortController();
  const opening = open(late.signal);
  const aborted = Promise.withResolvers<never>();
  const stop = () => {
    aborted.reject(caller?.reason);
    const timer = setTimeout(() => late.abort(), UNDO_TIMEOUT);
    // Nobody waits for this any more; without an answer there is nothing to remove.
    void opening
      .then(remove)
      .catch(() => undefined)
      .finally(() => clearTimeout(timer));
  };
  caller?.addEventListener('abort', stop, { once: true });
  if (caller?.aborted) stop();
  try {
    return await Promise.race([opening, aborted.promise]);
  } finally {
    caller?.removeEventListener('abort', stop);
  }
}
