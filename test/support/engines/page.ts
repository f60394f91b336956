import * as z from 'zod';
import { eventually } from '../eventually.js';
import type { DrivenPage } from './driven-page.js';

/** A control as people know it. */
export interface Control {
  readonly role: 'button' | 'radio';
  /** All of its name. */
  readonly name: string;
  /** Of the group that it is in, where its own name is not enough. */
  readonly group?: string;
}

/** Waits until it can be seen, then presses it with the mouse. @throws Error when it is not to be seen */
export async function press(page: DrivenPage, control: Control): Promise<void> {
  const asked = [control.role, control.name, control.group ?? ''].join('\n');
  const find = async () => point.parse(JSON.parse(await page.evaluate(centreOf, asked))) ?? undefined;
  await page.click(await eventually(find, `${control.role} ${control.name}`));
}

const point = z.nullable(z.object({ x: z.number(), y: z.number() }));

/** Runs in the page. @param asked role, name and group, a line each. @returns JSON of the point to press, null where there is no such control to be seen */
function centreOf(asked: string): string {
  const [role, name, group] = asked.split('\n');
  const plain = (text: string | null | undefined): string => (text ?? '').replaceAll(/\s+/g, ' ').trim();
  const nameOf = (element: Element): string => {
    const labels = element instanceof HTMLInputElement ? [...(element.labels ?? [])] : [element];
    return element.getAttribute('aria-label') ?? labels.map(label => plain(label.textContent)).join(' ');
  };
  const groupOf = (element: Element): string => {
    const around = element.closest('fieldset, [role="group"], [role="radiogroup"]');
    const labelledBy = document.getElementById(around?.getAttribute('aria-labelledby') ?? '');
    return plain(around?.getAttribute('aria-label') ?? (labelledBy ?? around?.querySelector('legend'))?.textContent);
  };
  const controls = document.querySelectorAll(role === 'button' ? 'button' : 'input[type="radio"]');
  const found = [...controls].find(control => {
    return nameOf(control) === name && (group === '' || groupOf(control) === group) && control.checkVisibility();
  });
  // What is drawn of a choice may be its label.
  const target = found instanceof HTMLInputElement ? (found.labels?.[0] ?? found) : found;
  if (target === undefined) return 'null';
  target.scrollIntoView({ block: 'nearest' });
  const { left, top, width, height } = target.getBoundingClientRect();
  return width === 0 ? 'null' : JSON.stringify({ x: left + width / 2, y: top + height / 2 });
}

/** Where a control lies in its form: shares of the form's width from its left edge, and pixels from its upper edge. */
export interface Place {
  /** For people. */
  readonly what: string;
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

const places = z.array(
  z.object({ what: z.string(), left: z.number(), right: z.number(), top: z.number(), bottom: z.number() }),
);

/** The controls of the page's first form that can be seen, and what they are answered with, in their order. */
export async function formOf(page: DrivenPage): Promise<Place[]> {
  const text = await page.evaluate(() => {
    const form = document.querySelector('form');
    const around = form?.getBoundingClientRect();
    if (form === null || around === undefined) return '[]';
    const found = [...form.querySelectorAll('input, select, output')].flatMap(control => {
      const isChoice = control instanceof HTMLInputElement && control.type !== 'range';
      const seen = isChoice ? control.labels?.[0] : control;
      if (seen?.checkVisibility() !== true) return [];
      const what = isChoice ? seen.textContent.trim() : control.tagName.toLowerCase();
      const { left, right, top, bottom } = seen.getBoundingClientRect();
      const [from, to] = [left, right].map(x => (x - around.left) / around.width);
      return { what, left: from, right: to, top: top - around.top, bottom: bottom - around.top };
    });
    return JSON.stringify(found);
  });
  return places.parse(JSON.parse(text));
}

/** What the page shows. */
export interface Shown {
  readonly title: string;
  /** `data-state` of the first view; empty where there is none. */
  readonly state: string;
  /** What the server sends for it, pixels; 0 before it has said so. */
  readonly width: number;
  readonly drawnFps: number;
}

const shown = z.object({ title: z.string(), state: z.string(), width: z.number(), drawnFps: z.number() });

/** What can be seen now. */
export async function look(page: DrivenPage): Promise<Shown> {
  const text = await page.evaluate(() => {
    const view = document.querySelector('framewire-view');
    return JSON.stringify({
      title: document.title,
      state: view?.dataset['state'] ?? '',
      width: view?.subscribed?.rendition.width ?? 0,
      drawnFps: view?.stats()?.drawnFps ?? 0,
    });
  });
  return shown.parse(JSON.parse(text));
}

/** Waits until the page shows it. @throws Error with what it shows */
export async function shows(
  page: DrivenPage,
  what: string,
  isIt: (shown: Shown) => boolean,
  withinMs = 60_000,
): Promise<Shown> {
  let last: Shown | undefined;
  const see = async () => {
    last = await look(page);
    return isIt(last) && last;
  };
  return eventually(see, what, withinMs).catch((error: unknown) => {
    throw new Error(`${String(error)} It shows ${JSON.stringify(last)}.`, { cause: error });
  });
}
