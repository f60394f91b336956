import type { FramewireViewElement } from '@framewire/client/element';
import type { Settings } from '../page/settings.js';

/** Asks for what differs only: a view takes every write for a new wish, and asks the server again. */
export function ask(view: FramewireViewElement, { quality, maxWidth, fps, mode, latencyBudgetMs }: Settings): void {
  if (view.quality !== String(quality)) view.quality = quality;
  if (view.maxWidth !== maxWidth) view.maxWidth = maxWidth;
  if (view.fps !== fps) view.fps = fps;
  if (view.mode !== mode) view.mode = mode;
  if (view.latencyBudget !== latencyBudgetMs) view.latencyBudget = latencyBudgetMs;
}
