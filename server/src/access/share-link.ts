import { createHmac } from 'node:crypto';
import { isSame } from './token.js';

/** How it is told from the token of a user. */
const PREFIX = 'fs_';

/** Half of SHA-256: as hard to guess as a token. */
const MAC_BYTES = 16;
const EXPIRY_BYTES = 4;

/** One stream, to be watched until then. */
export interface SharedStream {
  readonly stream: string;
  /** ms since 1970, a whole number of seconds, before 2106. */
  readonly expiresAt: number;
}

/** What the keys of all links of one server are made of. @param epoch another one ends all links that there are. */
export function linkKey(secret: Buffer, epoch: number): Buffer {
  return createHmac('sha256', secret).update(`link ${epoch}`).digest();
}

/** Of the links that one user makes, which end with that user's token. @param maker the digest of the token. */
export function makerKey(key: Buffer, maker: Buffer): Buffer {
  return createHmac('sha256', key).update(maker).digest();
}

/** A token that says itself what it is for, so that nothing has to be kept of it: some 40 characters for a short name. @param key of its maker. */
export function makeLink({ stream, expiresAt }: SharedStream, key: Buffer): string {
  const content = Buffer.alloc(EXPIRY_BYTES);
  content.writeUInt32BE(Math.floor(expiresAt / 1000));
  const signed = Buffer.concat([content, Buffer.from(stream)]);
  return PREFIX + Buffer.concat([macOf(signed, key), signed]).toString('base64url');
}

export function isLink(token: string): boolean {
  return token.startsWith(PREFIX);
}

/** @returns what a link is for, over or not; undefined for one that was not made with this key. */
export function readLink(link: string, key: Buffer): SharedStream | undefined {
  const text = link.slice(PREFIX.length);
  const bytes = Buffer.from(text, 'base64url');
  // Node skips what is not of the alphabet, and there is one spelling of each link.
  if (!isLink(link) || bytes.length <= MAC_BYTES + EXPIRY_BYTES || bytes.toString('base64url') !== text)
    return undefined;
  const signed = bytes.subarray(MAC_BYTES);
  if (!isSame(bytes.subarray(0, MAC_BYTES), macOf(signed, key))) return undefined;
  return { stream: signed.toString('utf8', EXPIRY_BYTES), expiresAt: signed.readUInt32BE() * 1000 };
}

function macOf(signed: Buffer, key: Buffer): Buffer {
  return createHmac('sha256', key).update(signed).digest().subarray(0, MAC_BYTES);
}
