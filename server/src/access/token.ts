import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';

/** 128 bits: nobody guesses one, so no slow hash has to stand before it. */
const TOKEN_BYTES = 16;

/** What passes in a header, a subprotocol (RFC 9110 5.6.2) and a URL without being encoded. */
const FORM = /^[\w-]{16,200}$/;

/** A fresh one: `fw_` for those who search texts for secrets, and 22 characters. */
export function newToken(): string {
  return `fw_${randomBytes(TOKEN_BYTES).toString('base64url')}`;
}

/** Whether a text that a person chose can be one: 16 to 200 letters, digits, `_` and `-`. */
export function canBeToken(text: string): boolean {
  return FORM.test(text);
}

/** SHA-256, 32 bytes: what is kept of a token, and compared. */
export function digestOf(token: string): Buffer {
  return createHash('sha256').update(token).digest();
}

/** In base64url, or in hexadecimal as programs print it. */
const DIGEST = /^sha256:(?:([\w-]{43})|([\da-f]{64}))$/i;

/** @returns the digest that a text such as `sha256:...` is; undefined for any other text. */
export function readDigest(text: string): Buffer | undefined {
  const [, base64, hex] = DIGEST.exec(text) ?? [];
  if (hex !== undefined) return Buffer.from(hex, 'hex');
  return base64 === undefined ? undefined : Buffer.from(base64, 'base64url');
}

/** Takes as long for any two of a length, so that its duration says nothing of how much of a guess was right. */
export function isSame(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && timingSafeEqual(a, b);
}
