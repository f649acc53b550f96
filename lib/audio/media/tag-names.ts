/** Tags in which a muxer describes the container; results never inherit them. */
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

/** Changes from the tags of an original to those of its result. */
export interface TagChanges {
  /** Whether the result inherits tags of the original. */
  keep: boolean;
  /** Values by name; an empty one removes the tag. */
  set: Readonly<Record<string, string>>;
}
