import { parseAccessInfo, type AccessInfo } from '@framewire/shared/access';
import { byId, setText } from '../dom.js';

/** Who the viewer is, as the server says it; null when it does not say. */
export async function fetchAccess(): Promise<AccessInfo | null> {
  try {
    const response = await fetch('api/access', { cache: 'no-store' });
    const info = parseAccessInfo(await response.text());
    return info.ok ? info.message : null;
  } catch {
    return null;
  }
}

const MAY: Record<AccessInfo['role'], string> = {
  view: 'may watch',
  control: 'may watch and share',
  publish: 'may publish',
  admin: 'may do everything',
};

/** What people read of themselves; empty where nobody has to say who they are. */
export function accessText({ guarded, user, role, expires }: AccessInfo): string {
  if (!guarded) return '';
  const until = expires === null ? '' : ` until ${new Date(expires).toLocaleString()}`;
  return user === 'a link' ? `You may watch by a link${until}.` : `You are ${user} and ${MAY[role]}${until}.`;
}

/** Fills the help's line of who the viewer is. */
export async function showWho(): Promise<void> {
  const info = await fetchAccess();
  const text = info === null ? '' : accessText(info);
  const who = byId('who', HTMLElement);
  setText(who, text);
  who.hidden = text === '';
  byId('sign-in-link', HTMLElement).hidden = text === '';
}
