import type { ProgramFiles } from './program-files.ts';

/** Files and pipes that a program may have open; ffmpeg uses about ten. */
export const OPEN_FILES = 64;

/** Limits of one program. */
export interface ResourceLimits {
  /** Bytes of address space. */
  memory: number;
  /** Seconds of CPU time. */
  cpu: number;
  /** Bytes of each file that it writes. */
  file: number;
}

/** A program with all that it may use. */
export interface Enclosed {
  /** Absolute path. */
  program: string;
  args: readonly string[];
  cwd: string;
  limits: ResourceLimits;
  /** Files that it reads. */
  reads: readonly string[];
  /** Files that it writes, which exist. */
  writes: readonly string[];
  /** Files that it needs to start. */
  files: ProgramFiles;
}

/** Returns the command line that runs a program in a sandbox. Each word replaces itself by the next, so that the process stays one. */
export type Enclose = (enclosed: Enclosed) => string[];

/** Devices that a program may use: one that swallows and one that gives random bytes. */
const DEVICES = { write: '/dev/null', read: '/dev/urandom' } as const;

/** Parts of a confinement by the launcher (launcher.c). */
export interface Confinement {
  /** Confines files: by Landlock's rules, or by a root of its own; undefined: not at all. */
  files: 'landlock' | 'pivot' | undefined;
  /** Whether the program has a network namespace of its own. */
  network: boolean;
  /** User that the program runs as, if this process may change it. */
  user: number | undefined;
}

export function byLauncher(launcher: string, { files, network, user }: Confinement): Enclose {
  const how = [
    ...(files ? [`--${files}`] : []),
    ...(network ? ['--network'] : []),
    ...(user === undefined ? [] : ['--user', String(user)]),
  ];
  return ({ program, args, limits, reads, writes, files: needed }) => {
    const { memory, cpu, file } = limits;
    const limited = { memory, cpu, file, open: OPEN_FILES };
    return [
      launcher,
      ...how,
      ...(needed.forks ? ['--fork'] : []),
      ...Object.entries(limited).flatMap(([name, most]) => [`--${name}`, String(most)]),
      ...[DEVICES.read, ...needed.read, ...reads].flatMap((path) => ['--read', path]),
      ...(files === 'pivot' ? apart(needed) : needed.run).flatMap((path) => ['--run', path]),
      ...[DEVICES.write, ...writes].flatMap((path) => ['--write', path]),
      ...['--', program, ...args],
    ];
  };
}

/** Programs of util-linux. */
export interface Guards {
  /** Sets resource limits; undefined if it is missing. */
  prlimit: string | undefined;
  /** `setpriv` with its options: the kernel kills the program when its parent dies, and it can gain no privileges; undefined if it is missing. */
  setpriv: readonly string[] | undefined;
}

export function byGuards(guards: Guards): Enclose {
  return ({ program, args, limits }) => [...guarded(guards, limits), program, ...args];
}

/** bubblewrap makes namespaces of its own for all that there is, and a root with the given files. */
export function byBubblewrap(bubblewrap: string, guards: Guards): Enclose {
  return ({ program, args, cwd, limits, reads, writes, files }) => [
    ...guarded(guards, limits),
    ...[bubblewrap, '--unshare-all', '--die-with-parent', '--cap-drop', 'ALL'],
    ...[DEVICES.read, DEVICES.write].flatMap((path) => ['--dev-bind', path, path]),
    ...[...files.read, ...apart(files), ...reads].flatMap((path) => ['--ro-bind', path, path]),
    ...writes.flatMap((path) => ['--bind', path, path]),
    ...['--dir', cwd, '--chdir', cwd, '--remount-ro', '/', '--', program, ...args],
  ];
}

/** Files to run that are not in a folder to read: a root of its own has those already, perhaps as links that end outside. */
function apart({ read, run }: ProgramFiles): string[] {
  return run.filter((path) => !read.some((folder) => path.startsWith(`${folder}/`)));
}

function guarded({ prlimit, setpriv = [] }: Guards, { memory, cpu, file }: ResourceLimits): string[] {
  const limited = [`--as=${memory}`, `--cpu=${cpu}`, `--fsize=${file}`, `--nofile=${OPEN_FILES}`, '--core=0'];
  return [...setpriv, ...(prlimit ? [prlimit, ...limited] : [])];
}
