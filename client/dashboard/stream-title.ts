import type { StreamInfo } from '@framewire/client';

/** What people read: an older server's streams have their names alone. */
export function titleOf({ name, title = name }: Pick<StreamInfo, 'name' | 'title'>): string {
  return title;
}
