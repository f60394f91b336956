/** A message, or one of its fields, is not as the protocol has it; the message of the error is a sentence for people. */
export class BadMessageError extends Error {
  override readonly name = 'BadMessageError';
  readonly code = 'bad-message';
}
