/** JPEGs of one size and quality from pixels of one kind. Calls come one after the other. */
export interface PixelEncoder<Pixels> extends Disposable {
  /** @returns a whole JPEG, owned by the caller. The pixels stay the caller's. @throws Error when it cannot. */
  encode(pixels: Pixels): Promise<Uint8Array>;
}
