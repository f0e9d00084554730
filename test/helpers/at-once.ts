/** "At once", on a machine that may be busy: it says only that nothing waits for a limit of its own, all of which are far longer. */
export const AT_ONCE_MS = 10_000;
