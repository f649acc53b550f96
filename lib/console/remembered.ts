/** Reads what this browser keeps; undefined if it keeps nothing or forbids it. */
export function remembered(name: string): string | undefined {
  try {
    return localStorage.getItem(`tonemill.${name}`) ?? undefined;
  } catch {
    // A browser may forbid storage.
    return undefined;
  }
}

/** Keeps a text in this browser; undefined removes it. */
export function remember(name: string, text: string | undefined): void {
  try {
    if (text === undefined) localStorage.removeItem(`tonemill.${name}`);
    else localStorage.setItem(`tonemill.${name}`, text);
  } catch {
    // The page works without it, until it is closed.
  }
}
