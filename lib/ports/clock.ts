/** Passing time and chance, handed in so that tests own them. */
export interface Clock {
  now(): Date;
}
