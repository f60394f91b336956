import { setImmediate as nextTurn } from 'node:timers/promises';
import { AV_LOG_FATAL, AV_LOG_INFO } from 'node-av/constants';
import { Dictionary, FormatContext, InputFormat, Log } from 'node-av/lib';

/** `Raw       : Unsupported :                 NV21 : 640x480 ...`: the third is the driver's own name. */
const FORMAT = /^(?:Raw|Compressed) *: *[^:]+: *([^:]+?) *:/;

/**
 * The picture formats of a V4L2 camera, by its driver's names for them. FFmpeg tells them to its log alone, which
 * belongs to the whole process: for use where a camera has failed, not while another one is read.
 *
 * @returns none when it does not say.
 */
export async function offeredFormats(device: string): Promise<string[]> {
  const formats: string[] = [];
  const format = new FormatContext();
  format.allocContext();
  Log.setCallback((_, line) => formats.push(...(FORMAT.exec(line)?.slice(1) ?? [])), { maxLevel: AV_LOG_INFO });
  Log.setLevel(AV_LOG_INFO);
  try {
    const options = Dictionary.fromObject({ list_formats: 'all' });
    await format.openInput(device, InputFormat.findInputFormat('v4l2'), options);
    // The lines come from another thread.
    await nextTurn();
  } finally {
    Log.setLevel(AV_LOG_FATAL);
    Log.resetCallback();
    await format.closeInput();
  }
  return formats;
}
