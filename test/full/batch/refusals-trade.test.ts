// Balances and orders: docs/rules.md sections 5 and 7.
import { balances } from "./cases/balances.js";
import { orders } from "./cases/orders.js";
import { describeCases } from "./cases/run.js";

describeCases("balances and widths", balances);
describeCases("orders", orders);
