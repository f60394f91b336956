/**
 * Every refusal has a code for programs, a sentence for people and, where there is one, a hint at what to do.
 * `server/ERRORS.md` lists them; a test keeps the two alike.
 */
export const ERRORS = {
  // The command line and the start.
  'bad-option': { status: 400, exit: 2 },
  'bad-config': { status: 400, exit: 2 },
  'port-in-use': { status: 500, exit: 3 },
  'port-denied': { status: 500, exit: 3 },
  'host-unavailable': { status: 500, exit: 3 },
  'too-few-files': { status: 500, exit: 3 },
  'not-ready': { status: 503, exit: 1 },
  'state-unusable': { status: 500, exit: 3 },
  'certificate-unusable': { status: 500, exit: 2 },
  // Sources. Those with `exit` do not heal by waiting: the start ends when no source is left that may work. One camera's
  // wrong password, or one that is unplugged, does not keep the others from being watched.
  'source-unknown': { status: 503, exit: 4 },
  'source-not-found': { status: 503, exit: 4 },
  'source-denied': { status: 503, exit: 4 },
  'source-busy': { status: 503, exit: 4 },
  'source-unreadable': { status: 503, exit: 4 },
  'source-size': { status: 503, exit: 4 },
  'source-rate': { status: 503, exit: 4 },
  'opencv-missing': { status: 503, exit: 4 },
  'transform-unusable': { status: 503, exit: 4 },
  'transform-failed': { status: 503 },
  'source-unreachable': { status: 503 },
  'source-not-understood': { status: 503 },
  'source-unplugged': { status: 503 },
  'source-stalled': { status: 503 },
  'source-ended': { status: 503 },
  'engine-crashed': { status: 503 },
  'engine-hung': { status: 503 },
  // Who viewers are.
  'token-missing': { status: 401 },
  'token-wrong': { status: 401 },
  'token-expired': { status: 401 },
  'role-missing': { status: 403 },
  'too-many-tries': { status: 429 },
  'proxy-refused': { status: 403 },
  // What viewers ask.
  'bad-message': { status: 400 },
  'bad-request': { status: 400 },
  'protocol-version': { status: 400 },
  'unknown-stream': { status: 404 },
  'not-found': { status: 404 },
  'method-not-allowed': { status: 405 },
  'request-timeout': { status: 408 },
  'upgrade-required': { status: 426 },
  'tls-required': { status: 426 },
  'too-many-requests': { status: 429 },
  'request-too-long': { status: 431 },
  'unsupported-codec': { status: 400 },
  'not-subscribed': { status: 400 },
  'origin-refused': { status: 403 },
  'host-refused': { status: 403 },
  'too-many-viewers': { status: 503 },
  'too-many-connections': { status: 503 },
  'too-many-sizes': { status: 503 },
  'shape-changed': { status: 503 },
  'stream-changed': { status: 503 },
  'stream-removed': { status: 404 },
  'too-many-snapshots': { status: 503 },
  'server-stopping': { status: 503 },
  'no-frame': { status: 504 },
  'internal-error': { status: 500 },
} as const satisfies Record<string, { status: number; exit?: number }>;

export type ErrorCode = keyof typeof ERRORS;

export class FramewireError extends Error {
  override readonly name = 'FramewireError';
  readonly code: ErrorCode;
  /** What the reader can do about it, as one sentence; empty when there is nothing. */
  readonly hint: string;
  /** When another try is worth it, s; undefined where nobody knows. */
  readonly retryAfterS: number | undefined;

  constructor(
    code: ErrorCode,
    message: string,
    hint = '',
    { retryAfterS, ...options }: ErrorOptions & { retryAfterS?: number } = {},
  ) {
    super(message, options);
    this.code = code;
    this.hint = hint;
    this.retryAfterS = retryAfterS;
  }

  /** HTTP status that says the same. */
  get status(): number {
    return ERRORS[this.code].status;
  }

  /** Exit code of the process when the start fails with this error; undefined when it is worth trying again. */
  get exitCode(): number | undefined {
    const entry: { status: number; exit?: number } = ERRORS[this.code];
    return entry.exit;
  }
}

export function isErrorCode(code: string): code is ErrorCode {
  return Object.hasOwn(ERRORS, code);
}

/** The message of whatever was thrown. */
export function messageOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}
