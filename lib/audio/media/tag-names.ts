/** Tags in which a muxer describes the container; they say nothing of the audio, and are never taken over. */
const TECHNICAL: ReadonlySet<string> = new Set([
  'compatible_brands',
  'duration',
  'encoder',
  'handler_name',
  'major_brand',
  'minor_version',
  'vendor_id',
]);

/** Whether a tag, in any case, describes the container and not the audio. */
export function isTechnical(name: string): boolean {
  return TECHNICAL.has(name.toLowerCase());
}

/** How the tags of a result differ from its original's. */
export interface TagChanges {
  /** Whether the original's are taken at all. */
  keep: boolean;
  /** Values by name; an empty one removes the tag. */
  set: Readonly<Record<string, string>>;
}
