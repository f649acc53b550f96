import type { Command, Option } from 'commander';
import { FORMATS } from '../audio/formats/formats.ts';
import { PRESET_NAMES } from '../audio/formats/presets.ts';
import { usageError } from './terminal/command-error.ts';

/** Words that can follow a command. */
interface Completions {
  /** Words from the program to the command, without the program: `presets save`. */
  path: string;
  commands: { name: string; description: string }[];
  options: { option: Option; values: readonly string[] }[];
}

const SHELLS: Readonly<Record<string, (all: readonly Completions[]) => string>> = { bash, zsh, fish };

/** A script that completes commands, options and their values. Throws a usage error for an unknown shell. */
export function completionScript(program: Command, shell: string): string {
  const write = Object.hasOwn(SHELLS, shell) ? SHELLS[shell] : undefined;
  if (!write) throw usageError(`Expected one of ${Object.keys(SHELLS).join(', ')}.`);
  return write(collect(program, []));
}

function collect(command: Command, path: readonly string[]): Completions[] {
  const help = command.createHelp();
  const commands = help.visibleCommands(command);
  const here = {
    path: path.join(' '),
    commands: commands.map((one) => ({ name: one.name(), description: one.description() })),
    options: help.visibleOptions(command).map((option) => ({ option, values: valuesOf(option) })),
  };
  return [here, ...command.commands.flatMap((one) => collect(one, [...path, one.name()]))];
}

function valuesOf({ long, argChoices }: Option): readonly string[] {
  if (long === '--to') return FORMATS.map(({ name }) => name);
  if (long === '--preset') return PRESET_NAMES;
  return argChoices ?? [];
}

function flagsOf({ option }: Completions['options'][number]): string[] {
  return [option.short, option.long].filter((flag) => flag !== undefined);
}

/** Words that can follow a command, and a table of the values of its options. */
function words({ commands, options }: Completions): string {
  return [...commands.map(({ name }) => name), ...options.flatMap(flagsOf)].join(' ');
}

/** Cases of a shell: the path of a command, and the words that can follow it. */
function caseLines(all: readonly Completions[], line: (one: Completions) => string): string {
  return all.map((one) => `    ${quoted(one.path)}) ${line(one)} ;;`).join('\n');
}

function valueLines(all: readonly Completions[], line: (values: readonly string[]) => string): string {
  const lines = all.flatMap(({ path, options }) =>
    options
      .filter(({ option }) => option.required || option.optional)
      .map((one) => {
        const pattern = flagsOf(one).map((flag) => quoted(`${path} ${flag}`));
        return `    ${pattern.join('|')}) ${line(one.values)} ;;`;
      }),
  );
  return lines.join('\n');
}

/** Condition of bash: the words so far end in a command that has commands of its own. */
function parents(all: readonly Completions[]): string {
  const found = all.filter(({ commands }) => commands.length > 0);
  return found.map(({ path }) => `$path == ${quoted(path)}`).join(' || ');
}

function subcommands(all: readonly Completions[]): string {
  const known = all.filter(({ path }) => path !== '').map(({ path }) => quoted(path));
  return known.join('|');
}

function bash(all: readonly Completions[]): string {
  return `# bash completion of tonemill: source <(tonemill completion bash)
_tonemill() {
  local current=\${COMP_WORDS[COMP_CWORD]} before=\${COMP_WORDS[COMP_CWORD-1]} path='' index words=''
  for ((index = 1; index < COMP_CWORD; index++)); do
    case "\${path:+$path }\${COMP_WORDS[index]}" in
    ${subcommands(all)}) path="\${path:+$path }\${COMP_WORDS[index]}" ;;
    esac
  done
  COMPREPLY=()
  case "$path $before" in
${valueLines(all, (values) => `words=${quoted(values.join(' '))}; COMPREPLY=($(compgen -W "$words" -- "$current")); return`)}
  esac
  case "$path" in
${caseLines(all, (one) => `words=${quoted(words(one))}`)}
  esac
  if [[ $current == -* || ${parents(all)} ]]; then
    COMPREPLY=($(compgen -W "$words" -- "$current"))
  fi
}
complete -o default -o bashdefault -F _tonemill tonemill
`;
}

function zsh(all: readonly Completions[]): string {
  return `# zsh completion of tonemill: source <(tonemill completion zsh), after compinit
_tonemill() {
  local current=\${words[CURRENT]} before=\${words[CURRENT-1]} path_of_command='' index
  local -a found
  for ((index = 2; index < CURRENT; index++)); do
    case "\${path_of_command:+$path_of_command }\${words[index]}" in
    ${subcommands(all)}) path_of_command="\${path_of_command:+$path_of_command }\${words[index]}" ;;
    esac
  done
  case "$path_of_command $before" in
${valueLines(all, (values) => (values.length === 0 ? '_files; return' : `compadd -- ${values.join(' ')}; return`))}
  esac
  case "$path_of_command" in
${caseLines(all, (one) => `found=(${words(one)})`)}
  esac
  if [[ $current != -* ]]; then
    found=(\${found:#-*})
    (( \${#found} == 0 )) && { _files; return }
  fi
  compadd -- $found
}
compdef _tonemill tonemill
`;
}

function fish(all: readonly Completions[]): string {
  const lines = all.flatMap(({ path, commands, options }) => {
    const parts = path.split(' ').filter(Boolean);
    const here =
      parts.length === 0
        ? '__fish_use_subcommand'
        : parts.map((part) => `__fish_seen_subcommand_from ${part}`).join('; and ');
    return [
      ...commands.map(
        ({ name, description }) =>
          `complete -c tonemill -f -n ${quoted(here)} -a ${name} -d ${quoted(description)}`,
      ),
      ...options.map(({ option, values }) => {
        const { short, long, description, required } = option;
        const flags = [short && `-s ${short.slice(1)}`, long && `-l ${long.slice(2)}`]
          .filter(Boolean)
          .join(' ');
        const value = values.length > 0 ? ` -x -a ${quoted(values.join(' '))}` : required ? ' -r' : '';
        return `complete -c tonemill -n ${quoted(here)} ${flags}${value} -d ${quoted(description)}`;
      }),
    ];
  });
  return `# fish completion of tonemill: ~/.config/fish/completions/tonemill.fish\n${lines.join('\n')}\n`;
}

/** A text in single quotes, for each of the three shells. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", `'"'"'`)}'`;
}
