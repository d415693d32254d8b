/**
 * Linux error numbers by name, and the exception made of one at the edge of sys/. The functions of native.ts themselves return
 * -errno and never throw. Numbers: asm-generic/errno-base.h and errno.h, the same on x86, arm, riscv, s390 and ppc.
 */
import { InvivoError, type ErrorCode } from '../errors.ts'

export const errno = {
  EPERM: 1,
  ENOENT: 2,
  ESRCH: 3,
  EINTR: 4,
  EIO: 5,
  EBADF: 9,
  ECHILD: 10,
  EAGAIN: 11,
  ENOMEM: 12,
  EACCES: 13,
  EFAULT: 14,
  EBUSY: 16,
  EINVAL: 22,
  ENOSYS: 38,
} as const

/** `EPERM`; `errno 123` for one not listed here. */
export function errnoName(number: number): string {
  for (const [name, value] of Object.entries(errno)) if (value === number) return name
  return `errno ${number}`
}

/**
 * @param operation what was attempted, as it reads after "cannot": `stop thread 12`.
 * @param result of a function of native.ts: -errno.
 * @param subject on what.
 */
export function sysError(operation: string, result: number, subject: string): InvivoError {
  const number = -result
  let code: ErrorCode = 'SYSTEM'
  if (number === errno.EPERM || number === errno.EACCES) code = 'PERMISSION'
  else if (number === errno.ESRCH) code = 'TARGET_GONE'
  else if (number === errno.ENOENT) code = 'NOT_FOUND'
  return new InvivoError(code, `cannot ${operation} of ${subject}: ${errnoName(number)}`)
}
