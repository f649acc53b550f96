/** Seconds outside which packets are left out. */
export interface PacketCut {
  readonly start: number;
  /** Null: to the end. */
  readonly end: number | null;
}

/** ffmpeg's options of a copy for it. Without a start, packets before the time 0 stay, such as the first ones of AAC in MP4. */
export function cutArguments({ start, end }: PacketCut): string[] {
  const first = start > 0 ? ['-ss', String(start)] : [];
  return end === null ? first : [...first, '-to', String(end)];
}
