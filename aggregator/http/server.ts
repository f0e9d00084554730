// The server with a port, from its first look at the folder to its last answer.
import { ZkStateError } from "../../core/errors.js";
import { buildApp, type ServeApp, type ServeOptions } from "./app.js";

export interface ListenOptions extends ServeOptions {
  readonly host: string;
  /** 0 for any that is free. */
  readonly port: number;
}

export interface PublicServer {
  /** With the port that was taken. */
  readonly url: string;
  /** Ends event streams, lets requests end for at most two seconds, and gives the port back. */
  close(): Promise<void>;
}

const DRAIN_MS = 2000;

/** @throws IO_FAILED when the port is in use, CONFIG_INVALID when it cannot listen there or `dir` is not a folder */
export async function startServer(options: ListenOptions): Promise<PublicServer> {
  const served = await build(options);
  const close = async () => {
    served.watch.close();
    served.streams.close();
    await served.drained(DRAIN_MS);
    await served.app.close();
  };
  try {
    await served.watch.start();
    return { url: `http://${hostPort(options.host, await listen(served, options))}`, close };
  } catch (e) {
    await close();
    throw e;
  }
}

async function build(options: ServeOptions): Promise<ServeApp> {
  try {
    return await buildApp(options);
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== "FST_STATIC_INVALID_OPTION") throw cause;
    throw new ZkStateError({ code: "CONFIG_INVALID", message: `${options.dir} is not a folder.`, next: "give another --publish", cause });
  }
}

const hostPort = (host: string, port: number): string => (host.includes(":") ? `[${host}]:${port}` : `${host}:${port}`);

/** Faults of the address, not of the moment. */
const NO_ADDRESS = ["EADDRNOTAVAIL", "EACCES", "ENOTFOUND", "EAI_AGAIN", "ERR_SOCKET_BAD_PORT"];

/** @returns the port that was taken */
async function listen({ app }: ServeApp, { host, port }: ListenOptions): Promise<number> {
  try {
    await app.listen({ host, port });
    const address = app.server.address();
    return typeof address === "object" && address !== null ? address.port : port;
  } catch (cause) {
    const { code = "" } = cause as NodeJS.ErrnoException;
    const where = hostPort(host, port);
    if (code === "EADDRINUSE")
      throw new ZkStateError({
        code: "IO_FAILED",
        message: `${where} is in use.`,
        next: "stop what listens there, or give another --port",
        cause,
      });
    if (!NO_ADDRESS.includes(code)) throw cause;
    throw new ZkStateError({
      code: "CONFIG_INVALID",
      message: `This machine cannot listen on ${where}.`,
      got: code,
      next: "give another --host or --port",
      cause,
    });
  }
}
