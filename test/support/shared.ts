/** Ends what several files of tests share. */
type End = () => Promise<void>;

const ends: End[] = [];

/** Has something ended after the last test of all. */
export function endAfterAll(end: End): void {
  ends.push(end);
}

/** Ends everything, the newest first. */
export async function endShared(): Promise<void> {
  for (const end of ends.toReversed()) await end();
}
