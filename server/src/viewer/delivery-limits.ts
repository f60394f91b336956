/** What a viewer's frames keep to. */
export interface DeliveryLimits {
  /** Frames a second at most; Infinity: all. */
  fps: number;
  /** How long a frame may wait behind others on its way, ms. */
  queueMs: number;
  /** Least time from one frame to the next, ms. */
  intervalMs: number;
  /** A frame that waited longer than this is not sent: there is a newer picture by then, ms. */
  staleMs: number;
  /** Frames that one acknowledgement may cover. */
  ackEvery: number;
  /** One of so many frames is measured, where the socket can look for the others. */
  measureEvery: number;
  /** Smaller frames are padded to this many bytes. */
  leastBytes: number;
}

export const NO_LIMITS: Readonly<DeliveryLimits> = {
  fps: Infinity,
  queueMs: 5,
  intervalMs: 0,
  staleMs: Infinity,
  ackEvery: 1,
  measureEvery: 1,
  leastBytes: 0,
};
