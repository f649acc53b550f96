/** The part of WebAssembly's JavaScript interface (W3C) that is used; Node.js has it, and its types lack it. */
declare namespace WebAssembly {
  class Memory {
    readonly buffer: ArrayBuffer;
  }
  class Module {
    static imports(module: Module): { name: string }[];
    constructor(bytes: Uint8Array);
  }
  class Instance {
    readonly exports: Readonly<Record<string, unknown>>;
    constructor(module: Module, imports: Readonly<Record<string, ModuleImports>>);
  }
  /** Functions take numbers, and `bigint` for integers of 64 bits. */
  type ModuleImports = Readonly<Record<string, (...values: never[]) => number>>;
}
