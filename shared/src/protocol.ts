/** The WebSocket subprotocol; a viewer may also ask for none and gets this one. */
export const SUBPROTOCOL = 'framewire.v1';

/** What a subprotocol begins with that carries a token: browsers let pages set no other header of a WebSocket. */
export const SUBPROTOCOL_TOKEN = 'framewire.token.';

/** Version in every frame header and in `welcome`; a receiver refuses any other. */
export const PROTOCOL_VERSION = 1;

/** Each at the place that is its number in the frame header. */
export const CODECS = ['jpeg', 'h264'] as const;
/** How payloads are encoded. */
export type Codec = (typeof CODECS)[number];

/**
 * Largest control message that the server accepts, in bytes. The longest honest one is under 400 bytes;
 * ws closes with 1009 above it, so that a stranger cannot make the server buffer megabytes.
 */
export const MAX_CONTROL_BYTES = 16 * 1024;

/** How long frames may stay unacknowledged (or unwritten, for viewers without acks) before the viewer is closed, ms. */
export const STALL_TIMEOUT_MS = 10_000;

/** How long frames may lie unread at a viewer without acks that answers pings, before it is closed, ms. */
export const UNREAD_TIMEOUT_MS = 60_000;
