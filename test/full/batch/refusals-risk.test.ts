// Margin and liquidation: docs/rules.md sections 6 to 8.
import { liquidations } from "./cases/liquidations.js";
import { risk } from "./cases/risk.js";
import { describeCases } from "./cases/run.js";

describeCases("the pass rule", risk);
describeCases("liquidations", liquidations);
