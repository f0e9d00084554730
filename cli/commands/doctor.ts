// zkstate doctor: is this machine able to prove? One line a check, each with its remedy.
import { EXIT } from "../../core/errors.js";
import { type CliCommand, withExamples, withSettings } from "../command.js";
import { type Check, runChecks } from "../doctor-checks.js";

const MARKS = { ok: ["green", "✔"], warn: ["yellow", "!"], fail: ["red", "✘"] } as const;

export const command: CliCommand = {
  define: (c) => {
    withSettings(c, "data", "out", "profile", "keys", "backend", "threads", "redis", "cache");
    withExamples(c, "zkstate doctor", "zkstate doctor --json", "zkstate doctor --redis redis://127.0.0.1:6379");
  },
  run: async (context) => {
    const { output } = context;
    const checks = await runChecks(context);
    const line = ({ name, level, found, next }: Check) => {
      const [style, mark] = MARKS[level];
      const fix = next === undefined ? "" : `\n      ${output.paint("dim", "next")} ${next}`;
      return `${output.paint(style, mark)} ${name.padEnd(12)} ${found}${fix}`;
    };
    const ok = checks.every((check) => check.level !== "fail");
    output.result(checks.map(line), { ok, checks });
    return ok ? EXIT.ok : EXIT.invalid;
  },
};
