import { AppError } from './errors.ts';

/** Runs the work of a user in one of the places; throws `unavailable` if there is none for this user. */
export type Places = <T>(userId: number, work: () => Promise<T>) => Promise<T>;

export interface PlaceOptions {
  /** Calls at once, of all users. */
  most: number;
  /** The work in words, as subject of a sentence: `uploads`. */
  name: string;
  /** Seconds after which a refused client may ask again. */
  retryAfter: number;
}

/**
 * Bounds work that holds a connection and a file. A call without a place is refused at once, before its body is read, so
 * that it costs next to nothing. One user has at most half of the places: slow requests of one shut nobody else out.
 */
export function createPlaces({ most, name, retryAfter }: PlaceOptions): Places {
  const mostOfUser = Math.ceil(most / 2);
  const taken = new Map<number, number>();
  let all = 0;
  return async (userId, work) => {
    const own = taken.get(userId) ?? 0;
    if (all >= most || own >= mostOfUser)
      throw new AppError('unavailable', `Too many ${name} run at this moment. Try again in a few seconds.`, {
        retryAfter,
      });
    all += 1;
    taken.set(userId, own + 1);
    try {
      return await work();
    } finally {
      all -= 1;
      const left = (taken.get(userId) ?? 1) - 1;
      if (left === 0) taken.delete(userId);
      else taken.set(userId, left);
    }
  };
}
