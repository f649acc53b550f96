import { byBubblewrap, byGuards, byLauncher, type Confinement, type Enclose } from './enclosures.ts';
import { type FoundGuards, findGuards } from './guards.ts';
import { type FoundLauncher, findLauncher } from './launcher.ts';
import { isExecutable, onPath } from './path-search.ts';
import { tryLauncher, tryReading } from './sandbox-trial.ts';

/** Levels of confinement, strongest first. The first three stop files and network, `seccomp` the network alone, `limits` neither. */
export const LEVELS = ['landlock', 'namespaces', 'bubblewrap', 'seccomp', 'limits'] as const;

export type SandboxLevel = (typeof LEVELS)[number];

/** How programs are confined on this machine. */
export interface Sandbox {
  level: SandboxLevel;
  /** Its parts, for the operator. */
  parts: readonly string[];
  enclose: Enclose;
  /** User that programs run as; undefined: the one of this process. */
  user: number | undefined;
  /** Whether memory, computing time and files are limited. */
  limitsResources: boolean;
  /** Whether a program ends when its parent process dies. */
  endsWithParent: boolean;
  /** Sentences for the operator. */
  warnings: readonly string[];
}

export interface SandboxOptions {
  /** Folders of programs, as in PATH. */
  path: string;
  /** Maximum bytes of address space in any use: without privileges, a process can't give more than its own hard limit. */
  memory: number;
  /** Private folder that takes the launcher if the folder of the packages can't. */
  folder: string;
  /** Levels to try, strongest first. */
  levels?: readonly SandboxLevel[];
  /** Whether root runs programs as another user. */
  ownUser?: boolean;
}

/** A user that no system gives to anybody: systemd (UIDS-GIDS.md) calls 65520 to 65533 unused. */
const USER = 65_520;

/** Whether a level keeps a program from files that it was not given, and from the network. */
export function stopsFilesAndNetwork({ level }: Pick<Sandbox, 'level'>): boolean {
  return level === 'landlock' || level === 'namespaces' || level === 'bubblewrap';
}

/** Finds the strongest level that works here, by a program that tries what the level must stop. */
export async function findSandbox(options: SandboxOptions): Promise<Sandbox> {
  const { path, memory, folder, levels = LEVELS, ownUser = true } = options;
  const user = ownUser && process.getuid?.() === 0 ? USER : undefined;
  const [guards, launcher] = await Promise.all([
    findGuards(path, memory, user),
    levels.some((level) => level !== 'limits') ? findLauncher(path, folder) : undefined,
  ]);
  const problems: string[] = [];
  for (const level of levels) {
    const found = await TRIALS[level]({ path, memory, user, guards, launcher });
    if (typeof found !== 'string') return withWarning(found, problems);
    problems.push(`${level}: ${found}`);
  }
  return withWarning(byLimits(guards), problems);
}

/** Says what a weak level leaves open, and why there is no better one. */
function withWarning(sandbox: Sandbox, problems: readonly string[]): Sandbox {
  if (stopsFilesAndNetwork(sandbox)) return sandbox;
  const open = sandbox.level === 'seccomp' ? "the service's files" : "the service's files and the network";
  const reasons = problems.length === 0 ? '' : ` (${[...new Set(problems)].join('; ')})`;
  const sentence = `Nothing keeps ffmpeg from ${open}: the sandbox is at level ${sandbox.level}${reasons}.`;
  return { ...sandbox, warnings: [sentence, ...sandbox.warnings] };
}

interface TrialOptions {
  path: string;
  memory: number;
  user: number | undefined;
  guards: FoundGuards;
  launcher: FoundLauncher | undefined;
}

/** Returns the sandbox, or the reason why there is none. */
type LevelTrial = (options: TrialOptions) => Promise<Sandbox | string>;

const TRIALS: Record<SandboxLevel, LevelTrial> = {
  landlock: byConfinement('landlock', [
    { files: 'landlock', network: true },
    { files: 'landlock', network: false },
  ]),
  namespaces: byConfinement('namespaces', [{ files: 'pivot', network: true }]),
  bubblewrap: tryBubblewrap,
  seccomp: byConfinement('seccomp', [{ files: undefined, network: false }]),
  limits: async ({ guards }) => byLimits(guards),
};

/** Words of the parts of a confinement. */
const PARTS = { landlock: 'Landlock', pivot: 'a root of its own', network: 'a network of its own' };

/** Tries confinements in turn, each first as another user and then, if that fails, as the user of this process. */
function byConfinement(level: SandboxLevel, confinements: readonly Omit<Confinement, 'user'>[]): LevelTrial {
  const forbidden = level === 'seccomp' ? ['network'] : ['files', 'network'];
  return async ({ memory, user, launcher }) => {
    if (launcher?.path === undefined) return launcher?.problem ?? 'there is no launcher';
    let problem = '';
    for (const one of user === undefined ? [undefined] : [user, undefined]) {
      for (const { files, network } of confinements) {
        const enclose = byLauncher(launcher.path, { files, network, user: one });
        const failed = await tryLauncher(launcher.path, enclose, memory, forbidden);
        problem = failed ?? problem;
        if (failed !== undefined) continue;
        const parts = [
          ...(files ? [PARTS[files]] : []),
          ...['seccomp', ...(network ? [PARTS.network] : [])],
          ...ofUser(one),
        ];
        return {
          level,
          parts,
          enclose,
          user: one,
          limitsResources: true,
          endsWithParent: true,
          warnings: [],
        };
      }
    }
    return problem;
  };
}

function ofUser(user: number | undefined): string[] {
  return user === undefined ? [] : [`user ${user}`];
}

async function tryBubblewrap({ path, memory, guards }: TrialOptions): Promise<Sandbox | string> {
  let problem = 'bwrap was not found';
  for (const bubblewrap of onPath('bwrap', path).filter(isExecutable)) {
    // Another user could not read the files inside, where it has no rights of its own.
    const enclose = byBubblewrap(bubblewrap, { ...guards, setpriv: undefined });
    const failed = await tryReading(path, enclose, memory);
    if (failed === undefined) {
      const { warnings, limitsResources } = byLimits(guards);
      const parts = ['namespaces for all', 'a root of its own'];
      return {
        level: 'bubblewrap',
        parts,
        enclose,
        user: undefined,
        limitsResources,
        endsWithParent: true,
        warnings,
      };
    }
    problem = failed;
  }
  return problem;
}

function byLimits(guards: FoundGuards): Sandbox {
  const { prlimit, setpriv, user, warnings } = guards;
  const parts = [...(prlimit ? ['prlimit'] : []), ...(setpriv ? ['setpriv'] : []), ...ofUser(user)];
  const [limitsResources, endsWithParent] = [prlimit !== undefined, setpriv !== undefined];
  return {
    level: 'limits',
    parts,
    enclose: byGuards(guards),
    user,
    limitsResources,
    endsWithParent,
    warnings,
  };
}
