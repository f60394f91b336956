/** What one contender did with one number of viewers. */
export interface Reading {
  viewers: number;
  /** Frames a second of the mean viewer, and of the one that got the fewest. */
  fps: number;
  slowestFps: number;
  frameBytes: number;
  /** Capture to the whole frame received, ms. */
  ageP50: number;
  ageP99: number;
  /** CPU of all of the contender's processes, of the one that serves, and of the load client beside it. */
  serverCores: number;
  servingCores: number;
  clientCores: number;
  /** CPU of everything else on the machine meanwhile: much of it, and the other figures are not worth much. */
  otherCores: number;
  /** Memory of all of the contender's processes, and of the one that serves: the least, between two collections. */
  memoryBytes: number;
  ownMemoryBytes: number;
  /** Kept frames whose age could not be read. */
  unreadable: number;
}
