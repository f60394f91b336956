import { chmodSync, linkSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import path from 'node:path';
import { FramewireError, messageOf } from '../errors.js';

/** Others of this machine may not even list it, nor read what is in it. */
const FOLDER_MODE = 0o700;
const FILE_MODE = 0o600;

/**
 * Where this user's servers keep what must outlive them: `$STATE_DIRECTORY` (systemd.exec(5)), else
 * `$XDG_STATE_HOME/framewire`, else `~/.local/state/framewire` (XDG Base Directory Specification).
 */
export function stateFolderPath({ STATE_DIRECTORY, XDG_STATE_HOME }: NodeJS.ProcessEnv): string {
  // systemd separates several by colons; the first is the unit's own.
  const [ofUnit = ''] = (STATE_DIRECTORY ?? '').split(':');
  if (ofUnit !== '') return ofUnit;
  const ofUser = path.isAbsolute(XDG_STATE_HOME ?? '') ? (XDG_STATE_HOME ?? '') : `${homedir()}/.local/state`;
  return path.join(ofUser, 'framewire');
}

/** Small text files that only this user can read. Nothing is made before something is written. */
export class StateFolder {
  readonly path: string;

  constructor(folder: string) {
    this.path = folder;
  }

  /** @returns undefined when there is no such file. @throws FramewireError state-unusable */
  read(name: string): string | undefined {
    try {
      return readFileSync(this.#file(name), 'utf8');
    } catch (error) {
      if (isMissing(error)) return undefined;
      throw unusable(this.#file(name), error);
    }
  }

  /** Replaces the file as a whole: whoever reads meanwhile gets the old text or the new. @throws FramewireError state-unusable */
  write(name: string, text: string): void {
    this.#writeBeside(name, text, renameSync);
  }

  /**
   * Of two servers that start at once, both get what the first has made.
   *
   * @param make is called when there is no such file.
   * @throws FramewireError state-unusable
   */
  readOrMake(name: string, make: () => string): { text: string; isNew: boolean } {
    const found = this.read(name);
    if (found !== undefined) return { text: found, isNew: false };
    const text = make();
    try {
      this.#writeBeside(name, text, linkSync);
      return { text, isNew: true };
    } catch (error) {
      // Another was quicker.
      const theirs = this.read(name);
      if (theirs === undefined) throw error;
      return { text: theirs, isNew: false };
    }
  }

  #writeBeside(name: string, text: string, place: (from: string, to: string) => void): void {
    const file = this.#file(name);
    const beside = `${file}.${process.pid}`;
    try {
      mkdirSync(this.path, { recursive: true, mode: FOLDER_MODE });
    } catch (error) {
      throw unusable(file, error);
    }
    try {
      writeFileSync(beside, text, { mode: FILE_MODE });
      // The mode of a file that was there already, and of a generous umask.
      chmodSync(beside, FILE_MODE);
      place(beside, file);
    } catch (error) {
      throw unusable(file, error);
    } finally {
      rmSync(beside, { force: true });
    }
  }

  #file(name: string): string {
    return path.join(this.path, name);
  }
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR');
}

function unusable(file: string, error: unknown): FramewireError {
  const hint = 'Set XDG_STATE_HOME to a folder that this user may write to.';
  return new FramewireError('state-unusable', `${file} cannot be used: ${messageOf(error)}.`, hint, { cause: error });
}
