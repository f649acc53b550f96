import { readFileSync, writeFileSync } from 'node:fs';
import type { Command } from 'commander';
import { createProgram } from '../../lib/cli/program.ts';

/** The page that has every command with its options, as `--help` prints them. */
export const PAGE_OF_COMMANDS = 'docs/cli.md';

const [BEGIN, END] = ['<!-- commands -->', '<!-- /commands -->'];

/** The page with the commands as the program has them. */
export function withCommands(text: string): string {
  const [before = '', rest = ''] = text.split(`${BEGIN}\n`);
  const [, after = ''] = rest.split(END);
  return `${before}${BEGIN}\n${sections(createProgram(), []).join('\n')}${END}${after}`;
}

function sections(command: Command, path: readonly string[]): string[] {
  const below = command.commands.flatMap((one) => sections(one, [...path, one.name()]));
  return path.length === 0 ? below : [section(command, path), ...below];
}

function section(command: Command, path: readonly string[]): string {
  const help = command.createHelp();
  const rows = [
    ...help.visibleArguments(command).map((one) => [help.argumentTerm(one), help.argumentDescription(one)]),
    ...help
      .visibleOptions(command)
      .filter(({ long }) => long !== '--help')
      .map((one) => [help.optionTerm(one), help.optionDescription(one)]),
  ].map(([term = '', description = '']) => `| \`${term}\` | ${description.replaceAll('|', '\\|')} |\n`);
  const table = rows.length === 0 ? '' : `\n| argument or option | meaning |\n|---|---|\n${rows.join('')}`;
  const usage = `\n\`\`\`text\ntonemill ${[...path.slice(0, -1), help.commandUsage(command).split(' ').slice(path.length)].flat().join(' ')}\n\`\`\`\n`;
  return `### tonemill ${path.join(' ')}\n\n${sentence(help.commandDescription(command))}\n${usage}${table}`;
}

function sentence(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
}

if (import.meta.main) writeFileSync(PAGE_OF_COMMANDS, withCommands(readFileSync(PAGE_OF_COMMANDS, 'utf8')));
