import type { Picture, SourceInfo } from '../frames.js';
import { openCamera } from './camera.js';
import { openFile, openUrl } from './media.js';
import type { SourceSpec } from './source-spec.js';

/** An open source: pictures come out of it one by one, as fast as it makes them. */
export interface Source {
  readonly info: SourceInfo;
  /**
   * The next picture; the caller frees it. Call it again at once, or the device's own queue grows old.
   *
   * @throws FramewireError of a `source-` code when the source ended, vanished or was closed.
   */
  read(): Promise<Picture>;
  /** Ends a pending read too. Waits until every picture is freed, because some lie in the device's own memory. */
  close(): Promise<void>;
}

/** @throws FramewireError of a `source-` code, with what to do about it. */
export async function openSource(spec: SourceSpec): Promise<Source> {
  switch (spec.kind) {
    case 'camera':
      return openCamera(spec);
    case 'file':
      return openFile(spec.path);
    case 'url':
      return openUrl(spec.url);
    case 'test': {
      // Loaded when needed: its fonts would add a tenth of a second to the start of every camera.
      const { openTestPattern } = await import('./test-pattern.js');
      return openTestPattern(spec.size ?? { width: 1280, height: 720 }, spec.fps ?? 30);
    }
  }
}
