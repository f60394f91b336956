import type { Wishes } from '@framewire/shared/control';
import { FramewireError } from '../../errors.js';
import type { ViewerRequest } from '../../viewer/viewer.js';

/** What a viewer asks for: what it says now, and for the rest what it asked for before. @throws FramewireError unsupported-codec */
export function requestFrom(wishes: Wishes, base: ViewerRequest): ViewerRequest {
  const { codec = base.codec, quality = base.quality, fps = base.fps } = wishes;
  const { mode = base.mode, latencyBudgetMs = base.latencyBudgetMs } = wishes;
  const { maxWidth = base.maxWidth, maxHeight = base.maxHeight, size = base.size } = wishes;
  if (codec !== 'jpeg')
    throw new FramewireError('unsupported-codec', `This server does not encode ${codec}.`, 'Ask for jpeg.');
  return { codec, quality, maxWidth, maxHeight, size, fps, mode, latencyBudgetMs };
}
