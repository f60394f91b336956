/**
 * Faults of the page itself, told where people look. Imported first: a module that fails while it is evaluated is told of
 * as well. Where not even this script runs, the style sheet shows the same element after some seconds.
 */
const rescue = document.getElementById('rescue');
let tell: (sentence: string) => void = sentence => {
  if (rescue === null) return;
  rescue.dataset['failed'] = 'true';
  rescue.querySelector('span')?.replaceChildren(sentence);
};

// Without an error it is a remark of the browser's, as that of a ResizeObserver which is to be called once more.
addEventListener('error', ({ error }: ErrorEvent & { error: unknown }) => {
  if (error instanceof Error) tell(faultText(error));
});
addEventListener('unhandledrejection', ({ reason }) => tell(faultText(reason)));

/** The page stands: from now on a fault costs what it happened in, and is told by `toast`. */
export function started(toast: (sentence: string) => void): void {
  rescue?.remove();
  tell = toast;
}

/**
 * Starts a part of the page that the rest can do without.
 * @param place where the part would be: a sentence stands there when it fails
 */
export async function startPart<T>(name: string, place: Element, start: () => Promise<T>): Promise<T | undefined> {
  try {
    return await start();
  } catch (error) {
    const sentence = document.createElement('p');
    sentence.className = 'part-failed';
    sentence.textContent = `${name} cannot be shown in this browser (${reasonOf(error)}).`;
    place.replaceChildren(sentence);
    return undefined;
  }
}

function faultText(error: unknown): string {
  return `A part of this page has failed (${reasonOf(error)}).`;
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
