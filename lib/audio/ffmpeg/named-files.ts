/** How an address names a file; `addressOf` makes all of them. */
const FILE = 'file:';

/** Files that the arguments of a program name: those after `-i` are read, all others are written. */
export function namedFiles(args: readonly string[]): { reads: string[]; writes: string[] } {
  const reads: string[] = [];
  const writes: string[] = [];
  for (const [index, word] of args.entries()) {
    if (!word.startsWith(`${FILE}/`)) continue;
    (args[index - 1] === '-i' ? reads : writes).push(word.slice(FILE.length));
  }
  return { reads, writes };
}
