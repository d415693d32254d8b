/**
 * Why the kernel refuses to let this process look into another, and what to do: the checks of ptrace_may_access(9), which ptrace(2)
 * describes under "Ptrace access mode checking", in their order. The kernel only says EACCES or EPERM; the reason is found from
 * what /proc says of both. `explainRefusal` is a function of those facts alone, `gatherAccess` reads them.
 */
import { readlinkSync, statSync } from 'node:fs'
import { InvivoError } from '../errors.ts'
import { readProc, readStatus, type ProcStatus } from './proc-files.ts'

export interface AccessFacts {
  readonly pid: number
  readonly target: ProcStatus
  readonly self: ProcStatus
  /** Owner of the files in /proc/PID: root for a process that is not dumpable, whoever runs it. */
  readonly owner: number
  /** /proc/sys/kernel/yama/ptrace_scope; undefined without Yama. */
  readonly yama: number | undefined
  /** Both are in one user namespace; undefined when that cannot be read. */
  readonly sameUserNamespace: boolean | undefined
  /** The security module's confinement of this process (`/proc/self/attr/current`), where there is one. */
  readonly confinement: string | undefined
  /** Name of the tracer, where there is one. */
  readonly tracerName: string | undefined
}

/** Bit of CapEff (linux/capability.h). */
const CAP_SYS_PTRACE = 1n << 19n

export function gatherAccess(pid: number): AccessFacts | undefined {
  const target = readStatus(pid)
  const self = readStatus('self')
  if (target === undefined || self === undefined) return undefined
  const yama = readProc('/proc/sys/kernel/yama/ptrace_scope')
  const confinement = readProc('/proc/self/attr/current')?.replace(/\0.*$/s, '').trim()
  let owner = target.uids[1] ?? -1
  try {
    owner = statSync(`/proc/${pid}/environ`).uid
  } catch {
    // It ended; the caller notices.
  }
  const ours = namespaceOf('self')
  const theirs = namespaceOf(pid)
  return {
    pid,
    target,
    self,
    owner,
    yama: yama === undefined ? undefined : Number(yama),
    sameUserNamespace: ours === undefined || theirs === undefined ? undefined : ours === theirs,
    confinement: confinement === '' || confinement === 'unconfined' ? undefined : confinement,
    tracerName: target.tracer === 0 ? undefined : readStatus(target.tracer)?.name,
  }
}

function namespaceOf(id: number | 'self'): string | undefined {
  try {
    return readlinkSync(`/proc/${id}/ns/user`)
  } catch {
    return undefined
  }
}

/**
 * @param purpose `read the memory`, `pause the threads`.
 * @param tracing true when the refused call was ptrace itself, which another tracer excludes; reading it does not mind.
 */
export function explainRefusal(facts: AccessFacts, purpose: string, tracing: boolean): InvivoError {
  const { pid, target, self } = facts
  const refuse = (why: string, remedy: string): InvivoError =>
    new InvivoError('PERMISSION', `cannot ${purpose} of process ${pid} (${target.name}): ${why}; ${remedy}`)

  if (tracing && target.tracer !== 0) {
    const tracer = `process ${target.tracer}${facts.tracerName === undefined ? '' : ` (${facts.tracerName})`}`
    return refuse(`${tracer} traces it already, and there can be one tracer only`, 'detach that one, or leave out the pause')
  }
  if (facts.yama === 3)
    return refuse('kernel.yama.ptrace_scope is 3, which forbids it to everybody until the next boot', 'make a core dump of it instead')

  if ((self.capabilities & CAP_SYS_PTRACE) === 0n) {
    const remedy = 'run invivo as root (sudo), or give node the capability CAP_SYS_PTRACE'
    const uid = self.uids[1] ?? -1
    const gid = self.gids[1] ?? -1
    const foreign = target.uids.slice(0, 3).find((other) => other !== uid)
    if (foreign !== undefined)
      return refuse(`it runs as user ${foreign}, invivo as user ${uid}`, `run invivo as that user or as root (sudo)`)
    const foreignGroup = target.gids.slice(0, 3).find((other) => other !== gid)
    if (foreignGroup !== undefined) return refuse(`it runs with group ${foreignGroup}, invivo with group ${gid}`, remedy)
    if (facts.owner !== uid)
      return refuse(
        'it is not dumpable: it changed its user, has file capabilities, or called prctl(PR_SET_DUMPABLE, 0)',
        `${remedy}, or let it call prctl(PR_SET_DUMPABLE, 1)`,
      )
    if (facts.yama === 2)
      return refuse(
        'kernel.yama.ptrace_scope is 2, which allows it only with CAP_SYS_PTRACE',
        `${remedy}, or sysctl kernel.yama.ptrace_scope=1`,
      )
    if (facts.yama === 1)
      return refuse(
        'kernel.yama.ptrace_scope is 1, which allows a process to look only at its own descendants',
        `${remedy}, or sysctl kernel.yama.ptrace_scope=0, ` + 'or let it call prctl(PR_SET_PTRACER, PR_SET_PTRACER_ANY)',
      )
    if ((target.capabilities & ~self.capabilities) !== 0n) return refuse('it has capabilities that invivo has not', remedy)
  }
  if (facts.sameUserNamespace === false)
    return refuse('it lives in another user namespace', 'run invivo as root of the host, or inside that container')
  if (facts.confinement !== undefined)
    return refuse(`the security module confines invivo (${facts.confinement})`, 'allow ptrace in that profile, or run outside of it')
  return refuse(
    'the system refuses, for a reason it does not tell (a security module, or a container without SYS_PTRACE)',
    'run invivo outside of the container, or allow it there (docker run --cap-add SYS_PTRACE)',
  )
}
