// The worker of the bundle: a light client behind the worker's own port.
import { serveClient } from "./index.js";
import type { Port } from "./worker-messages.js";

serveClient(globalThis as unknown as Port);
