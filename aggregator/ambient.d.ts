// Types of what we use of ffjavascript and of the builder that it hands to plug-ins.

declare module "ffjavascript" {
  /** WebAssembly instructions, as bytes. */
  type Code = readonly number[];

  interface FunctionBuilder {
    code: number[];
    locals: unknown[];
    nextLocal: number;
    localIdxByName: Record<string, number>;
    readonly params: readonly unknown[];
    addParam(name: string, type: "i32"): void;
    addLocal(name: string, type: "i64"): void;
    addCode(...code: Code[]): void;
    getCodeBuilder(): CodeBuilder;
  }

  interface CodeBuilder {
    getLocal(name: string): Code;
    setLocal(name: string, value: Code): Code;
    i64_const(value: bigint): Code;
    i32_const(value: number): Code;
    i64_load(address: Code, offset: number): Code;
    i64_store(address: Code, offset: number, value: Code): Code;
    i64_add(a: Code, b: Code): Code;
    i64_sub(a: Code, b: Code): Code;
    i64_mul(a: Code, b: Code): Code;
    i64_and(a: Code, b: Code): Code;
    i64_or(a: Code, b: Code): Code;
    i64_shl(a: Code, bits: Code): Code;
    i64_shr_s(a: Code, bits: Code): Code;
    i64_shr_u(a: Code, bits: Code): Code;
    i64_lt_u(a: Code, b: Code): Code;
    i64_extend_i32_u(a: Code): Code;
    i32_wrap_i64(a: Code): Code;
    i32_add(a: Code, b: Code): Code;
    call(name: string, ...args: Code[]): Code;
  }

  interface ModuleBuilder {
    readonly functions: readonly FunctionBuilder[];
    readonly functionIdxByName: Readonly<Record<string, number>>;
    addFunction(name: string): FunctionBuilder;
    exportFunction(name: string): void;
    /** Reserves bytes in the module's static memory. */
    alloc(bytes: number): number;
  }

  interface Curve {
    readonly tm: { readonly code: Uint8Array; readonly pG1gen: number; readonly pG2gen: number };
  }

  function buildBn128(singleThread: boolean, plugins?: (module: ModuleBuilder) => void): Promise<Curve>;
}
