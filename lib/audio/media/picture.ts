import type { Cover } from './media-info.ts';

/** A cover picture with its content. */
export interface Picture {
  cover: Cover;
  bytes: Buffer;
}
