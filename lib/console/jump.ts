import { signal } from '@preact/signals';

/** A position of a task that somebody wants to hear, in seconds of the original; undefined once it plays. */
export const jump = signal<{ taskId: number; seconds: number } | undefined>(undefined);

/** Where the player of the open task stands, in seconds of the original. */
export const standing = signal(0);
