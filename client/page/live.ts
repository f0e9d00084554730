// Hears of new heads: by the event stream of `zkstate serve`, and by looking from time to time where there is none. What is heard is only a reason to look.
import { Heads } from "../../core/publication/files.js";
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

function announced(event: Event): string | undefined {
  try {
    return event instanceof MessageEvent ? headText(Heads.parse(JSON.parse(event.data)).proven) : undefined;
  } catch {
    return undefined;
  }
}

/** Follows until closed. The stream reconnects by itself; while it is down the page looks by itself. */
export function follow({ api, events, pollSeconds }: Settings, { onNews, onMode }: Follower): Live {
  const stream = events ? new EventSource(new URL("events", api)) : undefined;
  if (stream === undefined) onMode("polling");
  stream?.addEventListener("open", () => onMode("events"));
  stream?.addEventListener("error", () => onMode("polling"));
  stream?.addEventListener("head", (event) => onNews(announced(event)));
  const timer = setInterval(() => {
    if (stream?.readyState !== EventSource.OPEN) onNews(undefined);
  }, pollSeconds * 1000);
  return {
    close() {
      clearInterval(timer);
      stream?.close();
    },
  };
}
