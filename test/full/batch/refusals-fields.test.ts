// Fields, names, amounts, signatures: docs/rules.md sections 1 and 3.
import { fields } from "./cases/fields.js";
import { describeCases } from "./cases/run.js";

describeCases("fields and signatures", fields);
