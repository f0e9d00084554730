// Hears of new heads: by the event stream of `zkstate serve`, and by looking from time to time where there is none. What is heard is only a reason to look.
import { Heads } from "../../core/publication/files.js";
import { listen } from "./event-stream.js";
import type { Settings } from "./settings.js";

export type LiveMode = "events" | "polling";

export interface Follower {
  /** Something may be new: the head that is announced, where one is. */
  readonly onNews: (announced: string | undefined) => void;
  readonly onMode: (mode: LiveMode) => void;
}

export interface Live {
  close(): void;
}

/** A head in one word, to tell two apart. */
export const headText = ({ batchNumber, root }: Pick<Heads["proven"], "batchNumber" | "root">): string => `${batchNumber} ${root}`;

function announced(data: string): string | undefined {
  try {
    return headText(Heads.parse(JSON.parse(data)).proven);
  } catch {
    return undefined;
  }
}

/** Before a stream that broke off is asked for again. */
const RETRY_MS = 3_000;

/** Follows until closed. A stream that breaks off is asked for again, and while there is none the page looks by itself. */
export function follow({ api, events, pollSeconds }: Settings, { onNews, onMode }: Follower): Live {
  const closing = new AbortController();
  let isOpen = false;
  const setOpen = (open: boolean) => {
    isOpen = open;
    if (!closing.signal.aborted) onMode(open ? "events" : "polling");
  };
  const onEvent = (name: string, data: string) => {
    if (name === "head" && !closing.signal.aborted) onNews(announced(data));
  };
  const connect = async (): Promise<void> => {
    const exists = await listen(new URL("events", api), { onOpen: () => setOpen(true), onEvent }, closing.signal).catch(() => true);
    setOpen(false);
    if (exists && !closing.signal.aborted) retry = setTimeout(() => void connect(), RETRY_MS);
  };
  let retry: ReturnType<typeof setTimeout> | undefined;
  if (events) void connect();
  else setOpen(false);
  const timer = setInterval(() => {
    if (!isOpen) onNews(undefined);
  }, pollSeconds * 1000);
  return {
    close() {
      closing.abort();
      clearInterval(timer);
      clearTimeout(retry);
    },
  };
}
