/** What zstddec and we use of WebAssembly, whose types come with a browser's alone. */
declare namespace WebAssembly {
  type Module = object

  interface Memory {
    readonly buffer: ArrayBuffer
  }

  interface WebAssemblyInstantiatedSource {
    readonly module: Module
    readonly instance: Instance
  }

  class Instance {
    constructor(
      module: Module,
      imports: Readonly<Record<string, Readonly<Record<string, unknown>>>>,
    )
    readonly exports: unknown
  }
}
