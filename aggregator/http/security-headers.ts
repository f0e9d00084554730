// What browsers may do with the answers. Data may be read by any page; this server's own page may load nothing that is not its own.

/** On every answer; those of the page override what differs. */
export const DATA_HEADERS = {
  "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
  "x-content-type-options": "nosniff",
  "referrer-policy": "no-referrer",
  "cross-origin-resource-policy": "cross-origin",
} as const;

/** @param wasm lets the page compile WebAssembly, which its faster pairings need */
export const pageHeaders = (wasm: boolean) =>
  ({
    "content-security-policy": [
      "default-src 'none'",
      `script-src 'self'${wasm ? " 'wasm-unsafe-eval'" : ""}`,
      "style-src 'self'",
      "img-src 'self' data:",
      "connect-src 'self'",
      "worker-src 'self'",
      "base-uri 'none'",
      "form-action 'none'",
      "frame-ancestors 'none'",
    ].join("; "),
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-embedder-policy": "require-corp",
    "cross-origin-resource-policy": "same-origin",
  }) as const;
