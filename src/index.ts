/** The library: what `import … from 'invivo'` gives. Types of values: `invivo/types`; symbols and targets: `invivo/symbols`, `invivo/target`. */
export { InvivoError, isInvivoError, type ErrorCode, type ErrorDetails } from './errors.ts'
export { MemoryFault } from './debug/memory-fault.ts'
export { Program, type ProgramOptions } from './debug/program.ts'
export { program, setCurrentProgram, type ScriptProgram } from './debug/script.ts'
export type * from './debug/value-types.ts'
