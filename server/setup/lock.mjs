import { mkdirSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const BEAT_MS = 500;

/** Without a beat for so long, its owner was killed. */
const DEAD_AFTER_MS = 4000;

/**
 * A lock for one folder: a file that its owner touches twice a second. A process id in it would not do: after a
 * reboot, or in another container, the number belongs to somebody else.
 */
export class FolderLock {
  #path;
  #beat;

  /** @param {string} path of the lock's file */
  constructor(path) {
    this.#path = path;
    writeFileSync(path, '', { flag: 'wx' });
    this.#beat = setInterval(() => touch(path), BEAT_MS);
  }

  /**
   * Notes the process that works for the owner, so that whoever finds the lock abandoned can end it.
   *
   * @param {number | undefined} pid
   */
  note(pid) {
    writeFileSync(this.#path, `${pid ?? ''}`);
  }

  release() {
    clearInterval(this.#beat);
    rmSync(this.#path, { force: true });
  }
}

/**
 * Waits while another process holds the lock.
 *
 * @param {string} path
 * @param {(seconds: number) => void} onWait called twice a second while it waits
 * @returns {Promise<FolderLock>} held by the caller, who must release it
 * @throws when the folder cannot be written
 */
export async function lockFolder(path, onWait) {
  mkdirSync(dirname(path), { recursive: true });
  for (let waited = 0; ; waited += BEAT_MS) {
    try {
      return new FolderLock(path);
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
    }
    const beatAt = statSync(path, { throwIfNoEntry: false })?.mtimeMs;
    if (beatAt === undefined) continue;
    if (Date.now() - beatAt > DEAD_AFTER_MS) {
      endOrphan(path);
      rmSync(path, { force: true });
      continue;
    }
    onWait(waited / 1000);
    await sleep(BEAT_MS);
  }
}

/**
 * Ends the npm or node-gyp whose parent was killed: it would go on writing into node_modules while we do. Only where
 * /proc can prove that the number still belongs to one.
 *
 * @param {string} path
 */
function endOrphan(path) {
  try {
    const pid = Number(readFileSync(path, 'utf8'));
    if (pid > 1 && /npm|node-gyp/.test(readFileSync(`/proc/${pid}/cmdline`, 'utf8'))) process.kill(-pid, 'SIGKILL');
  } catch {
    // It has ended by itself, or there is no /proc.
  }
}

/** @param {string} path */
function touch(path) {
  try {
    utimesSync(path, new Date(), new Date());
  } catch {
    // Somebody removed the lock by hand: what we do goes on all the same.
  }
}
