// The parameters of /queue-report: an autoscaler may ask for another target than the coordinator's own.
import { z } from "zod";
import { ZkStateError } from "../../core/errors.js";
import type { ScalingTarget } from "./queue-report.js";

// Text first: Number() would take "", "0x10" and "1e9".
const Workers = z
  .string()
  .regex(/^[0-9]{1,6}$/, "expected a whole number below a million")
  .transform(Number);
const Seconds = z
  .string()
  .regex(/^[0-9]{1,6}(?:\.[0-9]{1,3})?$/, "expected seconds, such as 60")
  .transform(Number)
  .refine((seconds) => seconds > 0, "expected more than 0 seconds");

const Query = z.strictObject({ latency: Seconds.optional(), min: Workers.optional(), max: Workers.optional() });

/** The target with what the query says of it. @throws INPUT_MALFORMED */
export function scalingTarget(query: unknown, own: ScalingTarget): ScalingTarget {
  const read = Query.safeParse(query);
  if (!read.success) {
    const issue = read.error.issues[0];
    throw malformed(`${issue?.path.join(".") || "query"}: ${issue?.message}`);
  }
  const { latency = own.latencySeconds, min = own.min, max = own.max } = read.data;
  if (min > max) throw malformed(`min: ${min} is more than max, ${max}`);
  return { latencySeconds: latency, min, max };
}

const malformed = (message: string): ZkStateError => new ZkStateError({ code: "INPUT_MALFORMED", message });
