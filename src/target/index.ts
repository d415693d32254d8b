/** Where memory, modules and threads come from: a live process, a core dump, a file. */
export type { MappedModule, MappedRange, Target, Thread } from './target.ts'
export { ProcessTarget } from './process.ts'
export { findProcess } from './find-process.ts'
export { writeCore } from './write-core.ts'
export { CoreTarget, type CoreOptions, type CoreSignal } from './core.ts'
export { FileTarget } from './file.ts'
