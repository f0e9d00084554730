// A WebSocket for text (RFC 6455), as much of it as talking to a local browser takes: Node 20 brings none.
import { randomBytes } from "node:crypto";
import { request } from "node:http";
import type { Socket } from "node:net";

const TEXT = 0x81;
const CLOSE = 8;
const MASKED = 0x80;

/** A masked frame with a text. */
function frame(text: string): Buffer {
  const body = Buffer.from(text);
  const mask = randomBytes(4);
  const head = body.length < 126 ? Buffer.alloc(2) : Buffer.alloc(body.length < 65_536 ? 4 : 10);
  head[0] = TEXT;
  head[1] = MASKED | (head.length === 2 ? body.length : head.length === 4 ? 126 : 127);
  if (head.length === 4) head.writeUInt16BE(body.length, 2);
  if (head.length === 10) head.writeBigUInt64BE(BigInt(body.length), 2);
  return Buffer.concat([head, mask, body.map((byte, i) => byte ^ (mask[i % 4] ?? 0))]);
}

/** The first whole frame of some bytes: its payload and where it ends. */
function firstFrame(
  bytes: Buffer,
): { readonly kind: number; readonly last: boolean; readonly payload: Buffer; readonly end: number } | undefined {
  if (bytes.length < 2) return undefined;
  const short = bytes.readUInt8(1) & 0x7f;
  const start = short === 126 ? 4 : short === 127 ? 10 : 2;
  if (bytes.length < start) return undefined;
  const length = short === 126 ? bytes.readUInt16BE(2) : short === 127 ? Number(bytes.readBigUInt64BE(2)) : short;
  const end = start + length;
  const first = bytes.readUInt8(0);
  return bytes.length < end ? undefined : { kind: first & 15, last: first >= 128, payload: bytes.subarray(start, end), end };
}

export interface TextSocket {
  send(text: string): void;
  close(): void;
}

const open = (url: string): Promise<{ socket: Socket; rest: Buffer }> =>
  new Promise((resolve, reject) => {
    const key = randomBytes(16).toString("base64");
    const headers = { connection: "Upgrade", upgrade: "websocket", "sec-websocket-version": "13", "sec-websocket-key": key };
    const asked = request(url.replace(/^ws/, "http"), { headers });
    asked.once("upgrade", (_, socket: Socket, rest: Buffer) => resolve({ socket, rest }));
    asked.once("response", (response) => reject(new Error(`HTTP ${response.statusCode} instead of a WebSocket`)));
    asked.once("error", reject);
    asked.end();
  });

/** Connects; `onText` hears of every whole text. */
export async function textSocket(url: string, onText: (text: string) => void): Promise<TextSocket> {
  const { socket, rest } = await open(url);
  let bytes = Buffer.alloc(0);
  let parts: Buffer[] = [];
  const take = (chunk: Buffer) => {
    bytes = Buffer.concat([bytes, chunk]);
    for (let next = firstFrame(bytes); next !== undefined; next = firstFrame(bytes)) {
      bytes = bytes.subarray(next.end);
      if (next.kind === CLOSE) socket.end();
      if (next.kind > 2) continue; // signs of life
      parts.push(next.payload);
      if (!next.last) continue;
      onText(Buffer.concat(parts).toString());
      parts = [];
    }
  };
  socket.on("data", take);
  socket.on("error", () => socket.destroy());
  take(rest);
  return { send: (text) => socket.write(frame(text)), close: () => socket.destroy() };
}
