// JSON that others have written into Redis.

/** @returns undefined for what is no JSON, as for what a schema refuses */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
