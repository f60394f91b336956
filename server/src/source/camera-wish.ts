/** What a camera is asked for. */
export interface CameraWish {
  /** Pixels. */
  readonly width: number;
  readonly height: number;
  /** 1/s. */
  readonly fps: number;
}

/** A camera that announces 29.97 gives what 30 asked for. */
const RATE_TOLERANCE = 0.05;

/** @param fps that the camera announces; 0, when it does not, is not too slow. */
export function isTooSlow(fps: number, wantedFps: number): boolean {
  return fps > 0 && fps < wantedFps * (1 - RATE_TOLERANCE);
}
