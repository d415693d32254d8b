/**
 * What every thread of a CPython 3.11 process is doing, in Python's terms, and global variables of its main module: from
 * outside, without stopping or loading anything into it, or from its core dump.
 *
 *     invivo run examples/cpython-threads.ts --pid 1234
 *     invivo run examples/cpython-threads.ts --core core.1234 -- settings
 *     invivo run examples/cpython-threads.ts --pid 1234 -- --json settings
 *
 * Needs the interpreter's debug information (Debian: python3.11-dbg). The interfaces are the part of `invivo types` that is used.
 */
import { program } from 'invivo'
import type { CArray, CharArray, CString, FlexArray, Pointer, ProgramGlobals, Struct, TypeToken } from 'invivo/types'

interface PyTypeObject extends Struct<'struct _typeobject'> {
  readonly tp_name: CString | null
}

interface PyObject extends Struct<'struct _object'> {
  readonly ob_type: PyTypeObject | null
}

interface PyVarObject extends Struct<'PyVarObject'> {
  readonly ob_base: PyObject
  readonly ob_size: bigint
}

interface PyLongObject extends Struct<'struct _longobject'> {
  readonly ob_base: PyVarObject
  /** 30 bits each, the least significant first. */
  readonly ob_digit: CArray<number>
}

interface PyFloatObject extends Struct<'PyFloatObject'> {
  readonly ob_fval: number
}

interface PyBytesObject extends Struct<'PyBytesObject'> {
  readonly ob_base: PyVarObject
  readonly ob_sval: CharArray
}

interface PyASCIIObject extends Struct<'PyASCIIObject'> {
  readonly length: bigint
  readonly state: Struct & { readonly kind: number; readonly compact: number; readonly ascii: number }
}

interface PyListObject extends Struct<'PyListObject'> {
  readonly ob_base: PyVarObject
  readonly ob_item: Pointer<PyObject | null> | null
}

interface PyTupleObject extends Struct<'PyTupleObject'> {
  readonly ob_base: PyVarObject
  readonly ob_item: CArray<PyObject | null>
}

interface PyDictKeys extends Struct<'struct _dictkeysobject'> {
  readonly dk_log2_index_bytes: number
  /** 0: any keys; 1: strings; 2: strings, the values beside (instances' dictionaries). */
  readonly dk_kind: number
  readonly dk_nentries: bigint
  readonly dk_indices: FlexArray<number>
}

interface PyDictObject extends Struct<'PyDictObject'> {
  readonly ma_keys: PyDictKeys | null
  readonly ma_values: (Struct & { readonly values: CArray<PyObject | null> }) | null
}

interface DictEntry extends Struct {
  readonly me_key: PyObject | null
  readonly me_value: PyObject | null
}

interface PyModuleObject extends Struct<'PyModuleObject'> {
  readonly md_dict: PyObject | null
}

interface PyCodeObject extends Struct<'struct PyCodeObject'> {
  readonly co_firstlineno: number
  readonly co_filename: PyObject | null
  readonly co_name: PyObject | null
  readonly co_linetable: PyObject | null
  readonly _co_firsttraceable: number
  readonly co_code_adaptive: CharArray
}

interface Frame extends Struct<'struct _PyInterpreterFrame'> {
  readonly f_code: PyCodeObject | null
  readonly previous: Frame | null
  readonly prev_instr: Pointer<number> | null
  readonly owner: number
}

interface ThreadState extends Struct<'struct _ts'> {
  readonly next: ThreadState | null
  readonly cframe: (Struct & { readonly current_frame: Frame | null }) | null
  readonly thread_id: bigint
  readonly native_thread_id: bigint
}

interface Interpreter extends Struct<'struct _is'> {
  readonly next: Interpreter | null
  readonly threads: Struct & { readonly head: ThreadState | null }
  readonly modules: PyObject | null
}

interface Types {
  PyLongObject: PyLongObject
  PyFloatObject: PyFloatObject
  PyBytesObject: PyBytesObject
  PyASCIIObject: PyASCIIObject
  PyCompactUnicodeObject: Struct
  PyListObject: PyListObject
  PyTupleObject: PyTupleObject
  PyDictObject: PyDictObject
  PyModuleObject: PyModuleObject
  PyDictKeyEntry: DictEntry
  PyDictUnicodeEntry: DictEntry
}

/** Arrays that the declarations give one element, whatever their length. */
type Objects = Record<`PyObject *[${number}]`, CArray<PyObject | null>>

interface CPython extends ProgramGlobals<Types & Objects> {
  readonly _PyRuntime: Struct & { readonly interpreters: Struct & { readonly head: Interpreter | null } }
}

const python = program<CPython>()

const types: { [Name in keyof Types]: TypeToken<Types[Name]> } = {
  PyLongObject: python.$type('PyLongObject'),
  PyFloatObject: python.$type('PyFloatObject'),
  PyBytesObject: python.$type('PyBytesObject'),
  PyASCIIObject: python.$type('PyASCIIObject'),
  PyCompactUnicodeObject: python.$type('PyCompactUnicodeObject'),
  PyListObject: python.$type('PyListObject'),
  PyTupleObject: python.$type('PyTupleObject'),
  PyDictObject: python.$type('PyDictObject'),
  PyModuleObject: python.$type('PyModuleObject'),
  PyDictKeyEntry: python.$type('PyDictKeyEntry'),
  PyDictUnicodeEntry: python.$type('PyDictUnicodeEntry'),
}

/** The text of a `str` object. */
function text(object: PyObject | null): string {
  if (object === null) return ''
  const string = object.$cast(types.PyASCIIObject)
  const { kind, ascii, compact } = string.state
  if (compact === 0) return '<a string in the old layout>'
  // The characters follow the object, of which there are two sizes.
  const header = ascii === 1 ? types.PyASCIIObject.size : types.PyCompactUnicodeObject.size
  const bytes = program.readBytes(object.$address + BigInt(header ?? 0), Number(string.length) * kind)
  switch (kind) {
    case 1:
      return Buffer.from(bytes).toString('latin1')
    case 2:
      return Buffer.from(bytes).toString('utf16le')
    default:
      return Array.from(new Uint32Array(bytes.buffer, 0, bytes.length >> 2), (point) => String.fromCodePoint(point)).join('')
  }
}

function bytesOf(object: PyObject | null): Uint8Array {
  if (object === null) return new Uint8Array(0)
  const { ob_base, ob_sval } = object.$cast(types.PyBytesObject)
  return program.readBytes(ob_sval.$address, Number(ob_base.ob_size))
}

function objects(first: CArray<PyObject | null>, count: number): CArray<PyObject | null> {
  return python.$cast(`PyObject *[${count}]`, first.$address)
}

function* entriesOf(object: PyObject): Generator<[key: PyObject, value: PyObject]> {
  const { ma_keys: keys, ma_values: split } = object.$cast(types.PyDictObject)
  if (keys === null) return
  const first = keys.dk_indices.$address + (1n << BigInt(keys.dk_log2_index_bytes))
  const entry = python.$cast(keys.dk_kind === 0 ? 'PyDictKeyEntry' : 'PyDictUnicodeEntry', first)
  const count = Number(keys.dk_nentries)
  const values = split === null || count === 0 ? undefined : objects(split.values, count)
  for (let index = 0; index < count; index++) {
    const { me_key: key, me_value: own } = entry.$at(index)
    const value = values === undefined ? own : (values.at(index) ?? null)
    // A deleted entry keeps its place.
    if (key !== null && value !== null) yield [key, value]
  }
}

/** As Python's repr() has it, for the built-in types. */
function repr(object: PyObject | null, depth = 0): string {
  if (object === null) return '<NULL>'
  if (depth > 20) return '...'
  const type = object.ob_type?.tp_name?.string()
  const items = (pointers: Iterable<PyObject | null>): string => Array.from(pointers, (item) => repr(item, depth + 1)).join(', ')
  switch (type) {
    case 'NoneType':
      return 'None'
    case 'bool':
      return object.$cast(types.PyLongObject).ob_base.ob_size === 0n ? 'False' : 'True'
    case 'int':
      return String(integer(object))
    case 'float':
      return float(object.$cast(types.PyFloatObject).ob_fval)
    case 'str':
      return quote(text(object))
    case 'bytes':
      return `b${quote(Buffer.from(bytesOf(object)).toString('latin1'))}`
    case 'list': {
      const { ob_base, ob_item } = object.$cast(types.PyListObject)
      return `[${items(ob_item?.$slice(0, Number(ob_base.ob_size)) ?? [])}]`
    }
    case 'tuple': {
      const { ob_base, ob_item } = object.$cast(types.PyTupleObject)
      const length = Number(ob_base.ob_size)
      return length === 0 ? '()' : `(${items(objects(ob_item, length))}${length === 1 ? ',' : ''})`
    }
    case 'dict':
      return `{${Array.from(entriesOf(object), ([key, value]) => `${repr(key, depth + 1)}: ${repr(value, depth + 1)}`).join(', ')}}`
    default:
      return `<${type} object at 0x${object.$address.toString(16)}>`
  }
}

function integer(object: PyObject): bigint {
  const { ob_base, ob_digit } = object.$cast(types.PyLongObject)
  const size = Number(ob_base.ob_size)
  const digits = new Uint32Array(program.readBytes(ob_digit.$address, Math.abs(size) * 4).buffer)
  const magnitude = digits.reduceRight((value, digit) => (value << 30n) | BigInt(digit), 0n)
  return size < 0 ? -magnitude : magnitude
}

function float(value: number): string {
  if (Number.isNaN(value)) return 'nan'
  if (!Number.isFinite(value)) return value < 0 ? '-inf' : 'inf'
  const size = Math.abs(value)
  if (size !== 0 && (size >= 1e16 || size < 1e-4)) return value.toExponential().replace(/e([+-])(\d)$/, 'e$10$2')
  return Number.isInteger(value) ? `${Object.is(value, -0) ? '-0' : value}.0` : String(value)
}

function quote(string: string): string {
  const mark = string.includes("'") && !string.includes('"') ? '"' : "'"
  const named: Record<string, string> = { '\\': '\\\\', '\n': '\\n', '\r': '\\r', '\t': '\\t', "'": "'", '"': '"', [mark]: `\\${mark}` }
  const hex = (point: number): string => {
    const digits = point.toString(16)
    return point < 0x100
      ? `\\x${digits.padStart(2, '0')}`
      : point < 0x10000
        ? `\\u${digits.padStart(4, '0')}`
        : `\\U${digits.padStart(8, '0')}`
  }
  const escaped = string.replaceAll(/[\\'"]|(?! )[\p{C}\p{Z}]/gu, (found) => named[found] ?? hex(found.codePointAt(0) ?? 0))
  return mark + escaped + mark
}

/** The line a frame is at: CPython's Objects/locations.md describes the table. */
function lineOf(code: PyCodeObject, instruction: bigint): number | undefined {
  const wanted = (instruction - code.co_code_adaptive.$address) / 2n
  if (wanted < 0n) return code.co_firstlineno
  const table = bytesOf(code.co_linetable)
  let line = code.co_firstlineno
  let end = 0n
  for (let at = 0; at < table.length;) {
    const first = table[at++] ?? 0
    const kind = (first >> 3) & 15
    end += BigInt((first & 7) + 1)
    if (kind === 13 || kind === 14) {
      let zigzag = 0
      for (let shift = 0; ; shift += 6) {
        const byte = table[at++] ?? 0
        zigzag |= (byte & 63) << shift
        if ((byte & 64) === 0) break
      }
      line += (zigzag & 1) === 1 ? -(zigzag >> 1) : zigzag >> 1
    } else if (kind >= 10 && kind <= 12) line += kind - 10
    if (end > wanted) return kind === 15 ? undefined : line
    // The first byte of the next entry is the next one with its top bit set.
    while (at < table.length && ((table[at] ?? 0) & 128) === 0) at++
  }
  return undefined
}

function* framesOf(thread: ThreadState): Generator<{ name: string; file: string; line: number | undefined }> {
  const OWNED_BY_GENERATOR = 1
  for (let frame = thread.cframe?.current_frame ?? null; frame; frame = frame.previous) {
    const { f_code: code, prev_instr: instruction, owner } = frame
    if (code === null || instruction === null) continue
    // Python does not count a frame whose first instruction has not run.
    const firstTraceable = code.co_code_adaptive.$address + 2n * BigInt(code._co_firsttraceable)
    if (owner !== OWNED_BY_GENERATOR && instruction.$address < firstTraceable) continue
    yield { name: text(code.co_name), file: text(code.co_filename), line: lineOf(code, instruction.$address) }
  }
}

/** Globals of `__main__` by name. */
function mainVariables(interpreter: Interpreter): Map<string, PyObject> {
  for (const [name, module] of interpreter.modules === null ? [] : entriesOf(interpreter.modules)) {
    if (text(name) !== '__main__') continue
    const { md_dict: variables } = module.$cast(types.PyModuleObject)
    return new Map(variables === null ? [] : Array.from(entriesOf(variables), ([key, value]) => [text(key), value]))
  }
  return new Map()
}

const names = process.argv.slice(2)
const json = names[0] === '--json' && names.shift() !== undefined
const found: Record<string, unknown> = {}
for (let interpreter = python._PyRuntime.interpreters.head; interpreter; interpreter = interpreter.next) {
  for (let thread = interpreter.threads.head; thread; thread = thread.next) {
    const frames = [...framesOf(thread)]
    found[String(thread.thread_id)] = { native: Number(thread.native_thread_id), frames }
    if (json) continue
    console.log(`Thread ${thread.native_thread_id}`)
    for (const { name, file, line } of frames) console.log(`  ${name}  ${file}:${line ?? '?'}`)
  }
  const variables = names.length === 0 ? new Map<string, PyObject>() : mainVariables(interpreter)
  for (const name of names) {
    const value = variables.get(name)
    if (value === undefined) continue
    if (json) found[name] = repr(value)
    else console.log(`${name} = ${repr(value)}`)
  }
}
if (json) console.log(JSON.stringify(found))
