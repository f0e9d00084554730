// zkstate config: the settings, and with --resolved where each comes from.
import { EXIT } from "../../core/errors.js";
import { type CliCommand, withExamples, withSettings } from "../command.js";
import { CONFIG_FILE, SETTING_NAMES, SETTINGS } from "../settings.js";

export const command: CliCommand = {
  define: (c) => {
    c.option("--resolved", "show where each value comes from");
    withSettings(c, ...SETTING_NAMES);
    withExamples(c, "zkstate config --resolved", "ZKSTATE_OUT=/srv/proofs zkstate config --resolved --json");
  },
  run: async ({ output, settings }, options) => {
    const resolved = options["resolved"] === true;
    const width = Math.max(...SETTING_NAMES.map((name) => name.length));
    const lines = SETTING_NAMES.map((name) => {
      const { value, origin } = settings[name];
      const shown = `${output.paint("bold", name.padEnd(width))}  ${value || "(platform's cache folder)"}`;
      return resolved ? `${shown}  ${output.paint("dim", `[${origin}]`)}` : shown;
    });
    const hint = output.paint("dim", `flag > ZKSTATE_* > nearest ${CONFIG_FILE} > default`);
    const values = Object.fromEntries(
      SETTING_NAMES.map((name) => [name, resolved ? { ...settings[name], env: SETTINGS[name].env } : settings[name].value]),
    );
    output.result([...lines, hint], values);
    return EXIT.ok;
  },
};
