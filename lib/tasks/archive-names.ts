/** Characters that no name has on Windows, control characters, and those that turn the direction of the text after them. */
const UNSAFE = /[\p{Cc}"*/:<>?\\|\u202a-\u202e\u2066-\u2069]/gu;

/** Names of devices on Windows, whatever their extension (Microsoft, "Naming Files, Paths, and Namespaces"). */
const DEVICE = /^(?:con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³])(?=\.|$)/i;

/** Makes a file name that every system can store, from one that at least one system can. */
export function portableName(name: string): string {
  const safe = name.replace(UNSAFE, '_').replace(/(?<![. ])[. ]+$/, '');
  return safe === '' || DEVICE.test(safe) ? `_${safe}` : safe;
}

/**
 * A function that numbers equal names: `a.mp3`, then `a (2).mp3`. Names that differ only in case or in their Unicode form
 * are equal, since Windows and macOS would write one file over the other.
 */
export function createUniqueNames(): (name: string) => string {
  const taken = new Set<string>();
  const counts = new Map<string, number>();
  const take = (name: string) => {
    const key = keyOf(name);
    return !taken.has(key) && Boolean(taken.add(key));
  };
  return (name) => {
    if (take(name)) return name;
    const key = keyOf(name);
    for (let number = (counts.get(key) ?? 1) + 1; ; number++) {
      const numbered = withNumber(name, number);
      if (!take(numbered)) continue;
      counts.set(key, number);
      return numbered;
    }
  };
}

function keyOf(name: string): string {
  return name.normalize('NFC').toLowerCase();
}

function withNumber(name: string, number: number): string {
  const dot = name.lastIndexOf('.');
  return dot > 0 ? `${name.slice(0, dot)} (${number})${name.slice(dot)}` : `${name} (${number})`;
}
