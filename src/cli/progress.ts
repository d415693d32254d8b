/** Progress of long loads: one line on standard error, rewritten in place, only on a terminal and only when it takes long. */
import { terminalWidth } from './terminal.ts'

/** A load shorter than this shows nothing: milliseconds. */
const delay = 300
const interval = 100

export interface Progress extends Disposable {
  /** `done` of `total` in one unit, whichever; cheap enough to be called for every piece of a load. */
  readonly report: (done: number, total: number) => void
}

/**
 * @param label what is loading: `reading debug information`.
 * @param now milliseconds.
 * @returns disposing it clears the line.
 */
export function showProgress(
  label: string,
  stream: Pick<NodeJS.WriteStream, 'isTTY' | 'columns' | 'write'> = process.stderr,
  now: () => number = () => performance.now(),
): Progress {
  if (!stream.isTTY) return { report: () => {}, [Symbol.dispose]: () => {} }
  let next = now() + delay
  let shown = false
  return {
    report(done, total) {
      const time = now()
      if (time < next) return
      next = time + interval
      shown = true
      const percent = total > 0 ? Math.min(100, Math.floor((done / total) * 100)) : 0
      stream.write(`\r\u001b[K${`${label}: ${percent} %`.slice(0, terminalWidth(stream) - 1)}`)
    },
    [Symbol.dispose]() {
      if (shown) stream.write('\r\u001b[K')
    },
  }
}
