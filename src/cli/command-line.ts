/**
 * The commands and their options, as `invivo --help` shows them. Each command is a file of its own, loaded when it is called.
 * What they share: target-options.ts (TARGET), terminal.ts (where text goes), progress.ts; errors become text and an exit
 * status here: 2 for a mistake in the command line, 1 for everything else.
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Command, CommanderError, Option } from 'commander'
import { reportError } from './report-error.ts'
import type { DemoOptions } from './demo.ts'
import type { EvalOptions } from './eval.ts'
import type { LayoutOptions } from './layout.ts'
import type { RunOptions } from './run.ts'
import { addTargetOptions } from './target-options.ts'
import { endWhenPipeCloses } from './terminal.ts'
import type { TypesOptions } from './types.ts'

/** Runs one command. Never rejects: an error is printed, and `process.exitCode` set. */
export async function runCommandLine(args: readonly string[]): Promise<void> {
  endWhenPipeCloses()
  try {
    await makeCommands().parseAsync(args, { from: 'user' })
  } catch (error) {
    if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? 0 : 2
    else process.exitCode = reportError(error)
  }
}

function makeCommands(): Command {
  const invivo = new Command('invivo')
    .description('Reach inside running programs: their data structures, from TypeScript.')
    .version(version(), '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print this help')
    .helpCommand(false)
    .exitOverride()
    .configureOutput({ outputError: (text, write) => write(text.replace(/^error: /, 'invivo: ')) })
    .showHelpAfterError('See: invivo --help')
    .addHelpText(
      'after',
      `
TARGET is one of --pid N|NAME, --core FILE, --program FILE.

Example:
  invivo types --pid 1234 -o qemu.ts            declarations of the program
  invivo run find.ts --pid 1234                 a script that uses them
  invivo eval 'block_backends.tqh_first->name' --pid 1234`,
    )
  const add = (name: string, description: string, example: string) =>
    invivo
      .command(name)
      .description(description)
      .helpOption('-h, --help', 'print this help')
      .showHelpAfterError(`See: invivo ${name.replace(/ .*/, '')} --help`)
      .addHelpText('after', `\nExample:\n${example}`)

  addTargetOptions(add('run <SCRIPT.ts> [ARGS...]', 'Check the types of a script, then run it on the target.', runExample))
    .option('--no-check', 'skip the type check and the comparison of layouts')
    .action(async (script: string, scriptArgs: string[], options: RunOptions) => {
      await (await import('./run.ts')).run(script, scriptArgs, options)
    })
  addTargetOptions(add('eval <EXPR>', 'Print the value of a C expression, as GDB prints it.', evalExample))
    .addOption(new Option('-f, --format <LETTER>', 'as GDB’s print/LETTER').choices(['x', 'd', 'u', 'o', 't', 'z', 'c', 'a', 'f', 's']))
    .option('-p, --pretty', 'one line a member')
    .option('--json', 'as JSON; integers of more than 32 bits are strings')
    .option('--write', 'let assignments in the expression change the process')
    .action(async (expression: string, options: EvalOptions) => {
      await (await import('./eval.ts')).evalExpression(expression, options)
    })
  addTargetOptions(add('types', 'Write TypeScript declarations of all types and globals of the target.', typesExample))
    .option('-o, --output <FILE.ts>', 'write to a file instead of standard output')
    .action(async (options: TypesOptions) => {
      await (await import('./types.ts')).types(options)
    })
  addTargetOptions(add('layout [TYPE...]', 'Print offsets, sizes, holes and padding of structs; of all when none is named.', layoutExample))
    .option('--json', 'as JSON')
    .action(async (names: string[], options: LayoutOptions) => {
      await (await import('./layout.ts')).layout(names, options)
    })
  add('demo', 'Show it all on a program made for it: a list of a million elements, live and in a core dump.', demoExample)
    .addOption(new Option('--elements <N>', 'length of the list').default(1_000_000).argParser(Number))
    .action(async (options: DemoOptions) => {
      await (await import('./demo.ts')).demo(options)
    })
  invivo
    .command('help [COMMAND]')
    .description('print the help of a command')
    .helpOption(false)
    .action((name: string | undefined) => {
      const command = name === undefined ? invivo : invivo.commands.find((each) => each.name() === name)
      return command?.help() ?? invivo.error(`error: unknown command '${name}'`)
    })
  return invivo
}

const runExample = `  invivo types --pid qemu-system-x86_64 -o qemu.ts
  invivo run find.ts --pid qemu-system-x86_64 -- drive2

  The script reads ARGS as process.argv.slice(2). A misspelled field or a changed layout
  ends the run before the process is touched.`
const evalExample = `  invivo eval 'block_backends.tqh_first->name' --pid 1234
  invivo eval --format x 'sizeof (struct task_struct)' --program vmlinux
  invivo eval "'block.c'::state" --core core.1234 --json`
const typesExample = `  invivo types --program ./server -o server.ts`
const layoutExample = `  invivo layout 'struct elem' --program ./server
  invivo layout --json --core core.1234`
const demoExample = `  invivo demo`

function version(): string {
  const { version: text } = JSON.parse(readFileSync(join(import.meta.dirname, '..', '..', 'package.json'), 'utf8')) as { version: string }
  return text
}
