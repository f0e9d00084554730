// The version in package.json, which stands above cli/ in the sources and above dist/ once built.
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { CIRCUITS_DIR } from "../circuits/instances.js";

export function packageVersion(): string {
  const json: unknown = JSON.parse(readFileSync(join(dirname(CIRCUITS_DIR), "package.json"), "utf8"));
  return typeof json === "object" && json !== null && "version" in json ? String(json.version) : "unknown";
}
