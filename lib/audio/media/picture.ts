import type { Cover } from './media-info.ts';

/** A picture with its bytes. */
export interface Picture {
  cover: Cover;
  bytes: Buffer;
}
