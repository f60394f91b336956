import type { StreamInfo } from '@framewire/client';
import { byId, make } from '../dom.js';
import { parseStep } from '../page/settings.js';
import { titleOf } from '../stream-title.js';

const COLUMNS = [null, 1, 2, 3, 4, 6] as const;
const MAX_COLUMNS = 12;

/** @param shown names in the order wished for; empty: all, in the server's order */
export function chosenStreams(all: readonly StreamInfo[], shown: readonly string[]): readonly StreamInfo[] {
  if (shown.length === 0) return all;
  return shown.flatMap(name => all.find(info => info.name === name) ?? []);
}

export interface Choice {
  shown: readonly string[];
  columns: number | null;
}

/** Which streams the grid shows, in which order and in how many columns. */
export class ChoiceForm {
  readonly #list = byId('choice', HTMLOListElement);
  readonly #columns = byId('columns', HTMLElement);
  readonly #onChange: (choice: Choice) => void;
  /** All streams, those that are shown first and in their order. */
  #order: readonly string[] = [];
  #titles: ReadonlyMap<string, string> = new Map();
  #choice: Choice = { shown: [], columns: null };

  constructor(onChange: (choice: Choice) => void) {
    this.#onChange = onChange;
    for (const step of COLUMNS) {
      const radio = make('input', '');
      radio.type = 'radio';
      radio.name = 'columns';
      radio.value = String(step ?? 'auto');
      this.#columns.append(make('label', '', radio, make('span', '', String(step ?? 'Auto'))));
    }
    this.#columns.addEventListener('change', ({ target }) => {
      if (target instanceof HTMLInputElement) this.#change({ columns: parseStep(target.value, MAX_COLUMNS, null) });
    });
    this.#list.addEventListener('change', () => this.#change({ shown: this.#checked() }));
  }

  show(infos: readonly StreamInfo[], choice: Choice): void {
    this.#choice = choice;
    const streams = infos.map(({ name }) => name);
    this.#titles = new Map(infos.map(info => [info.name, titleOf(info)]));
    for (const radio of this.#columns.querySelectorAll('input')) {
      radio.checked = radio.value === String(choice.columns ?? 'auto');
    }
    const { shown } = choice;
    const isShown = (name: string): boolean => shown.length === 0 || shown.includes(name);
    const order = [...shown.filter(name => streams.includes(name)), ...streams.filter(name => !shown.includes(name))];
    const state = JSON.stringify([order, shown, [...this.#titles.values()]]);
    // Once for each list of the server: what has the focus must keep it.
    if (this.#list.dataset['state'] === state) return;
    this.#list.dataset['state'] = state;
    this.#order = order;
    const focused = document.activeElement?.getAttribute('aria-label');
    this.#list.replaceChildren(...order.map((name, index) => this.#row(name, index, isShown(name))));
    const buttons = [...this.#list.querySelectorAll<HTMLElement>('button, input')];
    buttons.find(button => button.getAttribute('aria-label') === focused)?.focus();
  }

  #row(name: string, index: number, isShown: boolean): HTMLLIElement {
    const box = make('input', '');
    box.type = 'checkbox';
    box.checked = isShown;
    box.value = name;
    const title = this.#titles.get(name) ?? name;
    box.ariaLabel = `Show ${title}`;
    const label = make('label', 'tick', box, make('span', '', title));
    label.title = title;
    return make('li', '', label, this.#mover(name, index, -1), this.#mover(name, index, 1));
  }

  #mover(name: string, index: number, step: -1 | 1): HTMLButtonElement {
    const button = make('button', 'quiet', icon(step === -1 ? 'up' : 'down'));
    button.type = 'button';
    button.ariaLabel = `Move ${this.#titles.get(name) ?? name} ${step === -1 ? 'up' : 'down'}`;
    button.disabled = index + step < 0 || index + step >= this.#order.length;
    button.addEventListener('click', () => {
      const order = [...this.#order];
      order.splice(index + step, 0, ...order.splice(index, 1));
      const checked = new Set(this.#checked());
      this.#change({ shown: order.filter(other => checked.has(other)) });
    });
    return button;
  }

  #checked(): string[] {
    return [...this.#list.querySelectorAll<HTMLInputElement>('input:checked')].map(({ value }) => value);
  }

  #change(part: Partial<Choice>): void {
    this.#choice = { ...this.#choice, ...part };
    this.#onChange(this.#choice);
  }
}

function icon(name: string): SVGSVGElement {
  const svg = document.createElementNS('http://www.w3.org/2000/svg', 'svg');
  const use = document.createElementNS('http://www.w3.org/2000/svg', 'use');
  use.setAttribute('href', `#icon-${name}`);
  svg.append(use);
  svg.ariaHidden = 'true';
  return svg;
}
