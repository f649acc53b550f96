/** The output of ffprobe with valid texts, and the names of those that were not. */
export interface ProbeText {
  /** Parsed JSON; undefined if a hostile file makes it invalid. */
  output: unknown;
  /** Names of tags whose bytes are no UTF-8, as ffprobe calls them. */
  repaired: readonly string[];
}

/**
 * Parses JSON of ffprobe whose texts have the bytes of the file. Bytes that are no UTF-8 are read as Windows-1252, which
 * gives each byte a letter, so that no text is lost and none has U+FFFD.
 */
export function parseProbe(bytes: Buffer): ProbeText {
  const repaired = new Set<string>();
  const textOf = (name: string, raw: string): string => {
    const text = utf8(raw);
    if (text === undefined) repaired.add(utf8(name) ?? windows1252(name));
    return text ?? windows1252(raw);
  };
  try {
    const output: unknown = JSON.parse(bytes.toString('latin1'), (key, value: unknown) => {
      if (typeof value === 'string') return textOf(key, value);
      return isPlain(value) ? Object.fromEntries(Object.entries(value).map(named)) : value;
    });
    return { output, repaired: [...repaired] };
  } catch {
    return { output: undefined, repaired: [] };
  }
}

function isPlain(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function named([name, value]: [string, unknown]): [string, unknown] {
  return [utf8(name) ?? windows1252(name), value];
}

const STRICT = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
const WINDOWS_1252 = new TextDecoder('windows-1252');

/** A character above U+00FF comes from an escape in the JSON and not from bytes. */
function utf8(raw: string): string | undefined {
  if (/^[ -~\s]*$/.test(raw) || /[\u0100-\uffff]/.test(raw)) return raw;
  try {
    return STRICT.decode(Buffer.from(raw, 'latin1'));
  } catch {
    return undefined;
  }
}

function windows1252(raw: string): string {
  return WINDOWS_1252.decode(Buffer.from(raw, 'latin1'));
}
