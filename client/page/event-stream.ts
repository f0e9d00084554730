// Server-sent events (https://html.spec.whatwg.org/multipage/server-sent-events.html) in bounded memory: the browser's own EventSource keeps a line that
// never ends.

export interface Listener {
  readonly onOpen: () => void;
  readonly onEvent: (name: string, data: string) => void;
}

/** Characters of one event; that of a head has a few hundred. */
const MAX_EVENT = 8_192;
/** Without a sign of life for as long, the connection counts as gone: `zkstate serve` gives one every 15 s. */
const QUIET_MS = 60_000;

function tell(block: string, { onEvent }: Listener): void {
  const fields = block.split(/\r\n|\r|\n/).map((line) => /^(event|data): ?(.*)$/.exec(line));
  const all = (name: string) => fields.flatMap((field) => (field?.[1] === name ? [field[2] ?? ""] : []));
  const data = all("data");
  if (data.length > 0) onEvent(all("event").at(-1) ?? "message", data.join("\n"));
}

async function readBlocks(body: ReadableStream<Uint8Array<ArrayBuffer>>, listener: Listener, onLife: () => void): Promise<void> {
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  for (let text = ""; ; ) {
    const { done, value } = await reader.read();
    if (done) return;
    onLife();
    const blocks = (text + value).split(/\r\n\r\n|\r\r|\n\n/);
    text = blocks.pop() ?? "";
    if (text.length > MAX_EVENT) return reader.cancel();
    for (const block of blocks) tell(block, listener);
  }
}

/**
 * Listens until the stream ends or says too much at once.
 * @returns false when there is no stream at this address
 * @throws whatever fetch throws when the connection breaks or the signal aborts
 */
export async function listen(url: URL, listener: Listener, signal: AbortSignal): Promise<boolean> {
  const connection = new AbortController();
  const end = () => connection.abort();
  signal.addEventListener("abort", end, { once: true });
  let quiet = setTimeout(end, QUIET_MS);
  const onLife = () => {
    clearTimeout(quiet);
    quiet = setTimeout(end, QUIET_MS);
  };
  try {
    const headers = { accept: "text/event-stream" };
    const init: RequestInit & { cache: string } = { headers, cache: "no-store", credentials: "omit", signal: connection.signal };
    const response = await fetch(url, init);
    const isStream = response.headers.get("content-type")?.startsWith("text/event-stream") ?? false;
    if (!response.ok) return response.status >= 500; // which may be over soon
    if (!isStream || response.body === null) return false;
    listener.onOpen();
    await readBlocks(response.body, listener, onLife);
    return true;
  } finally {
    clearTimeout(quiet);
    signal.removeEventListener("abort", end);
    end();
  }
}
