import type { Bell } from '../../lib/ports/queue.ts';

/** A queue that only notes what rings, anew for each test; call it where `describe` is called. */
export function recordedBells({ transactional }: { transactional: boolean }) {
  const rung: Bell[] = [];
  beforeEach(() => {
    rung.length = 0;
  });
  const ring = async (added: readonly Bell[]) => {
    rung.push(...added);
  };
  return { bells: { transactional, ring }, rung };
}
