import { constants } from 'node:fs';
import { access } from 'node:fs/promises';
import { delimiter, join } from 'node:path';

/** A package manager, and its commands that install a current ffmpeg, in their order. */
interface PackageManager {
  program: string;
  commands: readonly string[];
  /** Whether it needs the rights of root. */
  asRoot: boolean;
}

/** The first one on PATH is used: the system's own stands before Homebrew, which may be installed as well. */
const PACKAGE_MANAGERS: readonly PackageManager[] = [
  { program: 'apt-get', commands: ['apt-get update', 'apt-get install -y ffmpeg'], asRoot: true },
  { program: 'dnf', commands: ['dnf install -y ffmpeg-free'], asRoot: true },
  { program: 'apk', commands: ['apk add ffmpeg'], asRoot: true },
  { program: 'pacman', commands: ['pacman -Sy --noconfirm ffmpeg'], asRoot: true },
  { program: 'zypper', commands: ['zypper install -y ffmpeg'], asRoot: true },
  { program: 'xbps-install', commands: ['xbps-install -Sy ffmpeg'], asRoot: true },
  { program: 'emerge', commands: ['emerge media-video/ffmpeg'], asRoot: true },
  { program: 'pkg', commands: ['pkg install -y ffmpeg'], asRoot: true },
  { program: 'brew', commands: ['brew install ffmpeg'], asRoot: false },
  { program: 'port', commands: ['port install ffmpeg'], asRoot: true },
  { program: 'winget.exe', commands: ['winget install Gyan.FFmpeg'], asRoot: false },
];

/**
 * The command line that installs ffmpeg on this system; undefined if no known package manager is on PATH.
 * @param path folders, as in the variable PATH
 * @param isRoot whether this process has the rights of root
 */
export async function findInstallCommand(
  path: string,
  isRoot: boolean = process.getuid?.() === 0,
): Promise<string | undefined> {
  for (const { program, commands, asRoot } of PACKAGE_MANAGERS) {
    if (!(await isOnPath(program, path))) continue;
    return commands.map((command) => (asRoot && !isRoot ? `sudo ${command}` : command)).join(' && ');
  }
  return undefined;
}

async function isOnPath(program: string, path: string): Promise<boolean> {
  for (const folder of path.split(delimiter).filter(Boolean)) {
    try {
      await access(join(folder, program), constants.X_OK);
      return true;
    } catch {
      // The next folder may contain it.
    }
  }
  return false;
}
