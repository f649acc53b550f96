/** Facts of one kind, for whoever counts them. */
export interface Observable<T> {
  /** Tells every subscriber, at once; costs next to nothing without one. */
  publish(fact: T): void;
  /** @returns function that ends the subscription */
  subscribe(onFact: (fact: T) => void): () => void;
}

export function createObservable<T>(): Observable<T> {
  const subscribers = new Set<(fact: T) => void>();
  return {
    publish(fact) {
      for (const onFact of subscribers) onFact(fact);
    },
    subscribe(onFact) {
      subscribers.add(onFact);
      return () => subscribers.delete(onFact);
    },
  };
}
