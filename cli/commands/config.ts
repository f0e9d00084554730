// zkstate config: the settings, and with --resolved where each comes from.
import { EXIT } from "../../core/errors.js";
import { redacted } from "../../farm/connection.js";
import { type CliCommand, withExamples, withSettings } from "../command.js";
import { CONFIG_FILE, SETTING_NAMES, SETTINGS, type SettingName, type Settings } from "../settings.js";

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
      const { origin } = settings[name];
      const empty = name === "cache" ? "(platform's cache folder)" : "(none)";
      const shown = `${output.paint("bold", name.padEnd(width))}  ${shownSetting(settings, name) || empty}`;
      return resolved ? `${shown}  ${output.paint("dim", `[${origin}]`)}` : shown;
    });
    const hint = output.paint("dim", `flag > ZKSTATE_* > nearest ${CONFIG_FILE} > default`);
    const values = Object.fromEntries(
      SETTING_NAMES.map((name) => {
        const value = shownSetting(settings, name);
        return [name, resolved ? { ...settings[name], value, env: SETTINGS[name].env } : value];
      }),
    );
    output.result([...lines, hint], values);
    return EXIT.ok;
  },
};

/** A setting without the password that its URL may hold. */
function shownSetting(settings: Settings, name: SettingName): string {
  const { value } = settings[name];
  return value.includes("://") ? redacted(value) : value;
}
