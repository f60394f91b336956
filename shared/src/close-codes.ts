/**
 * WebSocket close codes: `import * as CLOSE_CODES`. 1001 is the standard's; 4xxx are Framewire's, numbered after the HTTP
 * status that says the same, so that they can be guessed. Constants of their own, so that a page loads those that it reads.
 */

/** The server stops (SIGTERM). Reconnect with back-off. */
export const goingAway = 1001;
/** Too many messages that are no valid control, acknowledgement or clock message. */
export const badMessages = 4400;
/** No token, or one that is wrong or has ended. */
export const unauthorized = 4401;
/** The token does not allow that. */
export const forbidden = 4403;
/** The stream that was watched is not served any more, or not to this viewer. */
export const streamRemoved = 4404;
/** The viewer took or acknowledged nothing for `STALL_TIMEOUT_MS` while frames were on their way. */
export const stalled = 4408;
/** The stream was set up anew, or has another shape and this viewer takes only pictures of the size of its first. Connect again. */
export const shapeChanged = 4409;
/** More messages a second than any honest viewer sends, or too many wrong tokens. */
export const tooManyMessages = 4429;
/** The server has as many viewers as it may have. Reconnect later. */
export const tooManyViewers = 4503;
