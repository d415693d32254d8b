import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { explainRefusal, type AccessFacts } from '../../src/target/access.ts'

const status = {
  name: 'qemu',
  state: 'S',
  tgid: 7,
  tracer: 0,
  uids: [1000, 1000, 1000, 1000],
  gids: [1000, 1000, 1000, 1000],
  capabilities: 0n,
  hasMemory: true,
}
const facts: AccessFacts = {
  pid: 7,
  target: status,
  self: { ...status, name: 'node' },
  owner: 1000,
  yama: undefined,
  sameUserNamespace: true,
  confinement: undefined,
  tracerName: undefined,
}
const root = { ...status, capabilities: 1n << 19n, uids: [0, 0, 0, 0], gids: [0, 0, 0, 0] }

suite('explainRefusal', () => {
  const cases: readonly (readonly [string, Partial<AccessFacts>, RegExp])[] = [
    [
      'another user',
      { target: { ...status, uids: [0, 0, 0, 0] } },
      /it runs as user 0, invivo as user 1000; run invivo as that user or as root/,
    ],
    ['a set-user-id program', { target: { ...status, uids: [1000, 0, 0, 0] } }, /it runs as user 0/],
    ['another group', { target: { ...status, gids: [5, 5, 5, 5] } }, /it runs with group 5/],
    ['not dumpable', { owner: 0 }, /it is not dumpable/],
    ['Yama 1', { yama: 1 }, /ptrace_scope is 1, .*descendants; .*sysctl kernel.yama.ptrace_scope=0.*PR_SET_PTRACER/],
    ['Yama 2', { yama: 2 }, /ptrace_scope is 2/],
    ['Yama 3, root too', { yama: 3, self: root }, /ptrace_scope is 3, .*next boot; make a core dump/],
    ['capabilities', { target: { ...status, capabilities: 1n } }, /capabilities that invivo has not/],
    ['a container', { self: root, sameUserNamespace: false }, /another user namespace/],
    ['a security module', { self: root, confinement: 'docker-default (enforce)' }, /docker-default/],
    ['nothing known', { self: root }, /does not tell/],
  ]
  for (const [name, change, message] of cases)
    test(name, () => {
      const error = explainRefusal({ ...facts, ...change }, 'read the memory', false)
      assert.equal(error.code, 'PERMISSION')
      assert.match(error.message, /^cannot read the memory of process 7 \(qemu\): /)
      assert.match(error.message, message)
    })

  test('a tracer matters to tracing alone', () => {
    const traced = { ...facts, target: { ...status, tracer: 99 }, tracerName: 'gdb' }
    assert.match(explainRefusal(traced, 'pause the threads', true).message, /process 99 \(gdb\) traces it already/)
    assert.doesNotMatch(explainRefusal(traced, 'read the memory', false).message, /99/)
  })
})
