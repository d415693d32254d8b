/**
 * Something to be written once there is time: after a while of a process that goes on, or when it ends. What a user waits for is
 * never behind it, and it keeps no process alive.
 */

/** Milliseconds: the first answers are given by then. */
const DELAY = 1000

const pending = new Set<SaveLater>()

export class SaveLater {
  readonly #save: () => void
  #timer: NodeJS.Timeout | undefined

  constructor(save: () => void) {
    this.#save = save
  }

  schedule(): void {
    if (pending.size === 0) process.once('exit', flushAll)
    pending.add(this)
    this.#timer ??= setTimeout(() => this.flush(), DELAY).unref()
  }

  /** Saves now, if there is anything to save. */
  flush(): void {
    if (!pending.delete(this)) return
    clearTimeout(this.#timer)
    this.#timer = undefined
    if (pending.size === 0) process.removeListener('exit', flushAll)
    this.#save()
  }
}

function flushAll(): void {
  for (const each of pending) each.flush()
}
