const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'There is no such file.',
  EACCES: 'It cannot be read. Change its rights, or run the command as its owner.',
  EPERM: 'It cannot be read. Change its rights, or run the command as its owner.',
  ELOOP: 'Its links lead in a circle.',
  ENAMETOOLONG: 'Its name is too long.',
  ENOTDIR: 'There is no such file.',
  EISDIR: 'It is a folder.',
};

/** A sentence for an error of the system that concerns one file. */
export function reasonOf(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  const reason = Object.hasOwn(REASONS, code) ? REASONS[code] : undefined;
  return reason ?? (error instanceof Error ? error.message : String(error));
}
