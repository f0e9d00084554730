// The keys of the tables. All are big-endian, so that ranges run in the order of the numbers.

/** Largest batch number a key can hold. */
export const MAX_BATCH = 2 ** 48 - 1;
/** Tag of accounts; tags 0 to 16 are the levels of the tree. */
export const ACCOUNT_TAG = 0x80;
/** Bytes of a state key. */
export const STATE_KEY_BYTES = 5;

/** Key of one thing of the state: an account, or a node of a level. */
export function stateKey(tag: number, index: number): Buffer {
  const key = Buffer.allocUnsafe(STATE_KEY_BYTES);
  key[0] = tag;
  key.writeUInt32BE(index, 1);
  return key;
}

export const accountKey = (index: number): Buffer => stateKey(ACCOUNT_TAG, index);
export const nodeKey = (level: number, index: bigint): Buffer => stateKey(level, Number(index));
export const tagOf = (key: Buffer): number => key[0] ?? 0;
export const indexOf = (key: Buffer): number => key.readUInt32BE(1);

/** Key of what belongs to a batch. */
export function batchKey(batchNumber: number): Buffer {
  const key = Buffer.allocUnsafe(6);
  key.writeUIntBE(batchNumber, 0, 6);
  return key;
}

export const batchOf = (key: Buffer): number => key.readUIntBE(key.length - 6, 6);

/** Key of the value that a state key had before a batch. */
export const undoKey = (key: Buffer, batchNumber: number): Buffer => Buffer.concat([key, batchKey(batchNumber)]);

/** Key of one batch with this content. */
export const contentKey = (contentId: string, batchNumber: number): Buffer =>
  Buffer.concat([Buffer.from(contentId, "utf8"), Buffer.of(0), batchKey(batchNumber)]);

/** For messages: what a state key names. */
export const nameOf = (key: Buffer): string =>
  tagOf(key) === ACCOUNT_TAG ? `account ${indexOf(key)}` : `tree node ${indexOf(key)} of level ${tagOf(key)}`;
