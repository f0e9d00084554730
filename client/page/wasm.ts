// Whether WebAssembly may run: the content security policy of whoever serves the page decides.

/** Asks by compiling the smallest module. Only asked when the visitor wants it: a policy that forbids it reports the attempt. */
export async function canCompile(): Promise<boolean> {
  try {
    await WebAssembly.compile(Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0));
    return true;
  } catch {
    return false;
  }
}
