/** GDB's own answers to `print`, `whatis` and the like on a running process: the oracle of the printing and expression tests. */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** Runs each command of a file and writes its output, or its error, as one JSON line. */
const script = `
import gdb, json, os
# Names of symbols as they are: GDB takes main.storage and x__y for names of other languages.
gdb.execute('set print demangle off')
with open(os.environ['INVIVO_COMMANDS']) as commands, open(os.environ['INVIVO_ANSWERS'], 'w') as answers:
    for command in json.load(commands):
        try:
            answer = {'text': gdb.execute(command, to_string=True)}
        except gdb.error as error:
            answer = {'error': str(error)}
        answers.write(json.dumps(answer) + '\\n')
`

export type Answer = { readonly text: string } | { readonly error: string }

/**
 * One GDB, attached once.
 * @param commands GDB commands, whole: `print/x point`.
 * @returns an answer a command; `text` without GDB's `$1 = `.
 */
export function askGdb(pid: number, commands: readonly string[]): Answer[] {
  const folder = mkdtempSync(join(tmpdir(), 'invivo-gdb-'))
  try {
    const [commandsFile, answersFile, scriptFile] = ['commands.json', 'answers.jsonl', 'ask.py'].map((name) => join(folder, name))
    if (commandsFile === undefined || answersFile === undefined || scriptFile === undefined) throw new Error('unreachable')
    writeFileSync(commandsFile, JSON.stringify(commands))
    writeFileSync(scriptFile, script)
    const result = spawnSync(
      'gdb',
      [
        '-nx',
        '-batch',
        '-iex',
        'set debuginfod enabled off',
        '-iex',
        'set auto-load python-scripts off',
        '-iex',
        'set max-value-size unlimited',
        '-p',
        String(pid),
        '-x',
        scriptFile,
      ],
      {
        encoding: 'utf8',
        env: { ...process.env, LC_ALL: 'C.UTF-8', INVIVO_COMMANDS: commandsFile, INVIVO_ANSWERS: answersFile },
      },
    )
    const lines = readAnswers(answersFile)
    if (lines.length !== commands.length) {
      throw new Error(
        `gdb answered ${lines.length} of ${commands.length} commands, then: ${result.signal ?? result.status} ${result.stderr}`,
      )
    }
    return lines
  } finally {
    rmSync(folder, { recursive: true })
  }
}

function readAnswers(file: string): Answer[] {
  return readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => {
      const answer = JSON.parse(line) as Answer
      if ('error' in answer) return answer
      // A warning may come before the answer.
      // With the names of symbols as they are come the numbers of GCC's static locals, which GDB else leaves out.
      return {
        text: answer.text
          .replace(/(<\w+)\.\d+(?=[+>])/g, '$1')
          .replace(/^(?:warning: .*\n)?(?:\$\d+|type) = /, '')
          .replace(/\n$/, ''),
      }
    })
}
