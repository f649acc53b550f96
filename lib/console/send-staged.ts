import { announce, reasonOf } from './notices.ts';
import { markSending, outputsOf, problemOf, restage, type StagedFile, staged, unstage } from './staged.ts';
import { AT_ONCE, fetchFrom, transfer } from './transfers.ts';

/** Whether a file can be sent now. */
export function isReady(each: StagedFile): boolean {
  return problemOf(each) === undefined && !each.isSending;
}

/**
 * Sends the files that can be sent, and has the service fetch those of addresses. What the service refuses stays in the list
 * with the reason, and so do files that cannot be sent.
 */
export async function sendStaged(): Promise<void> {
  const ready = staged.value.filter(isReady);
  const [files, addresses] = [ready.filter(hasFile), ready.filter((each) => !hasFile(each))];
  for (const each of files) unstage(each.key);
  transfer(
    files.map((each) => ({
      file: each.source.file,
      ...purposeOf(each),
      onRefused: (reason) => {
        restage(each, reason);
        announce(reason.text);
      },
    })),
  );
  for (const { key } of addresses) markSending(key);
  const queue = addresses.values();
  const work = async () => {
    for (const each of queue) await fetchStaged(each);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
}

async function fetchStaged(each: StagedFile): Promise<void> {
  if (!('url' in each.source)) return;
  try {
    await fetchFrom(each.source.url, purposeOf(each));
    unstage(each.key);
  } catch (error) {
    const reason = reasonOf(error);
    restage(each, reason);
    announce(reason.text);
  }
}

function purposeOf(each: StagedFile) {
  const { cover, destination } = each;
  return { outputs: outputsOf(each), cover, destination: destination.trim() || undefined };
}

function hasFile(each: StagedFile): each is StagedFile & { source: { file: File } } {
  return 'file' in each.source;
}
