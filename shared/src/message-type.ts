/**
 * First byte of every binary message: `import * as MESSAGE_TYPE`. A payload has none, it always follows the header that
 * announces it.
 */
export const frame = 1;
/** Of the viewer: what has arrived. */
export const ack = 2;
/** A clock sample, in both directions. */
export const clock = 3;
