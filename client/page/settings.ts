// Where the page finds the published files, and how it works. From <meta> elements, which whoever serves the page writes, and the address.

export interface Settings {
  /** Folder of the published files, with a slash at the end. */
  readonly api: URL;
  /** "BTC:1000000 ETH:100000". */
  readonly underlyings: string | undefined;
  /** A proven state older than this is called stale. */
  readonly staleAfterSeconds: number;
  /** False does not ask for an event stream: a static host has none, and browsers report that. */
  readonly events: boolean;
  /** Between two looks at heads.json where there is no event stream. */
  readonly pollSeconds: number;
  /** For one file, from the request to its last byte. */
  readonly timeoutMs: number;
  /** False checks in the page's own thread. */
  readonly worker: boolean;
  /** Digest of the trust root that the link asks for, as it stands there: one that is mistyped matches nothing. */
  readonly trustDigest: string | undefined;
}

const meta = (name: string): string | undefined => {
  const content = document.querySelector(`meta[name="zkstate-${name}"]`)?.getAttribute("content")?.trim();
  return content === "" || content === null ? undefined : content;
};

const positive = (text: string | undefined, otherwise: number): number => {
  const n = Number(text);
  return Number.isFinite(n) && n > 0 ? n : otherwise;
};

function addressIn(text: string | null): URL | undefined {
  try {
    return text === null ? undefined : new URL(text, location.href);
  } catch {
    return undefined;
  }
}

/**
 * The folder of the published files. A link may point to another folder of the same origin only: one to a foreign server would make somebody
 * else's ledger look like this page's own.
 */
function apiFolder(query: URLSearchParams): URL {
  const configured = new URL(meta("api") ?? "./v1/", location.href);
  const asked = addressIn(query.get("api"));
  const isOurs = asked?.origin === location.origin && asked.protocol === location.protocol; // a blob: has its maker's origin
  const folder = isOurs ? asked : configured;
  for (const part of ["username", "password", "search", "hash"] as const) folder[part] = "";
  if (!folder.pathname.endsWith("/")) folder.pathname += "/";
  return folder;
}

/** What the page's elements and its address say. */
export function readSettings(): Settings {
  const query = new URLSearchParams(location.search);
  return {
    api: apiFolder(query),
    underlyings: meta("underlyings"),
    staleAfterSeconds: positive(meta("stale-seconds"), 900),
    events: meta("events") !== "off",
    pollSeconds: positive(meta("poll-seconds"), 15),
    timeoutMs: positive(meta("timeout-seconds"), 10) * 1000,
    worker: query.get("worker") !== "off",
    trustDigest: new URLSearchParams(location.hash.slice(1)).get("trust")?.trim().toLowerCase(),
  };
}
