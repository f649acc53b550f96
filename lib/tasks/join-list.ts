import { z } from 'zod';

/** Extension of the original of a join: the list of its tracks. */
export const JOIN_EXTENSION = 'join';

/** Maximum number of tracks, and seconds of a crossfade. */
export const MOST_JOINED = 1000;
export const LONGEST_CROSSFADE = 30;

/** Bytes of the longest list. */
export const MOST_LIST_BYTES = 64 * 1024;

/** Tracks of a join in their order, which is the content of its original. */
export interface JoinList {
  /** Ids of the tasks whose originals are the tracks. */
  join: readonly number[];
  /** Title of the whole; null: the album of the tracks. */
  title: string | null;
  /** Seconds by which neighbours overlap. */
  crossfade: number;
}

const LIST = z.strictObject({
  join: z.array(z.int().min(1)).min(1).max(MOST_JOINED),
  title: z.string().max(500).nullable(),
  crossfade: z.number().min(0).max(LONGEST_CROSSFADE),
});

export function writeJoinList(list: JoinList): Buffer {
  return Buffer.from(JSON.stringify(list));
}

/** Undefined for any other content. */
export function readJoinList(bytes: Buffer): JoinList | undefined {
  try {
    return LIST.safeParse(JSON.parse(bytes.toString())).data;
  } catch {
    return undefined;
  }
}
