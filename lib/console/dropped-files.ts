/** Files that were dropped, or chosen as a folder. */
export interface FoundFiles {
  files: readonly File[];
  /** Number of hidden files and files of the system in folders, which nobody means. */
  hidden: number;
  /** Number of files that the browser could not read. */
  unreadable: number;
}

/** Names that Windows and macOS put into folders without a dot. */
const SYSTEM: ReadonlySet<string> = new Set(['Thumbs.db', 'desktop.ini', '__MACOSX']);

/** The files of a drop, and those of the folders in it. */
export async function droppedFiles({ items, files }: DataTransfer): Promise<FoundFiles> {
  const entries = [...items].map((item) => item.webkitGetAsEntry()).filter((entry) => entry !== null);
  if (entries.length === 0) return { files: [...files], hidden: 0, unreadable: 0 };
  const found = (await Promise.all(entries.map(entriesIn))).flat();
  const shown = found.filter(({ fullPath }) => !isHidden(fullPath));
  const read = await Promise.all(shown.map(fileOf));
  const readable = read.filter((file) => file !== undefined);
  return {
    files: readable,
    hidden: found.length - shown.length,
    unreadable: read.length - readable.length,
  };
}

/** The files of an input, which knows the paths of those of a folder. */
export function chosenFiles(files: Iterable<File>): FoundFiles {
  const all = [...files];
  const shown = all.filter(({ webkitRelativePath }) => !isHidden(webkitRelativePath));
  return { files: shown, hidden: all.length - shown.length, unreadable: 0 };
}

/** Whether a path leads into a folder, and to a hidden file there. What was chosen itself is meant. */
function isHidden(path: string): boolean {
  const [, ...inside] = path.split('/').filter((part) => part !== '');
  return inside.some((part) => part.startsWith('.') || SYSTEM.has(part));
}

/** All files at or below an entry. */
async function entriesIn(entry: FileSystemEntry): Promise<FileSystemFileEntry[]> {
  if (isFile(entry)) return [entry];
  if (!isFolder(entry)) return [];
  const inside = await readAll(entry.createReader());
  return (await Promise.all(inside.map(entriesIn))).flat();
}

function fileOf(entry: FileSystemFileEntry): Promise<File | undefined> {
  return new Promise((done) => entry.file(done, () => done(undefined)));
}

/** A reader gives up to 100 entries at once, and none at the end. */
async function readAll(reader: FileSystemDirectoryReader): Promise<FileSystemEntry[]> {
  const all: FileSystemEntry[] = [];
  for (;;) {
    const found = await new Promise<FileSystemEntry[]>((done, failed) => reader.readEntries(done, failed));
    if (found.length === 0) return all;
    all.push(...found);
  }
}

function isFile(entry: FileSystemEntry): entry is FileSystemFileEntry {
  return entry.isFile;
}

function isFolder(entry: FileSystemEntry): entry is FileSystemDirectoryEntry {
  return entry.isDirectory;
}
