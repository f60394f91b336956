import type { Subscribed } from '@framewire/client';
import type { ViewStats } from '@framewire/client/element';
import { byId, make, setText } from '../dom.js';
import { viewerText } from '../figures.js';
import {
  BUDGETS,
  DEFAULT_QUALITY,
  DEFAULT_SETTINGS,
  formatStep,
  parseBudget,
  parseStep,
  RATES,
  WIDTHS,
  type Settings,
} from '../page/settings.js';

/** What the link carries takes a moment to find out: until then nothing that is said of it would be true. */
const SILENT_MS = 2000;

/** The wishes for the pictures: quality, width, frame rate. Beside each wish stands what is really sent. */
export class SettingsForm {
  readonly #form = byId('settings', HTMLFormElement);
  readonly #quality = byId('quality', HTMLInputElement);
  readonly #qualitySource = byId('quality-source', HTMLInputElement);
  readonly #auto = byId('auto', HTMLInputElement);
  readonly #budget = byId('budget', HTMLSelectElement);
  #source: { width: number | null; fps: number | null } = { width: null, fps: null };
  #settings: Settings = DEFAULT_SETTINGS.large;
  #why = '';
  #silentUntil = 0;
  #viewerFps: number | undefined;

  /** @param onChange `isFinal` is false while a slider is being dragged */
  constructor(onChange: (settings: Settings, isFinal: boolean) => void) {
    this.#budget.append(...BUDGETS.map(ms => new Option(`${ms} ms`, String(ms))));
    this.#form.addEventListener('submit', event => event.preventDefault());
    const changed = (isFinal: boolean): void => {
      this.#settings = this.#read();
      onChange(this.#settings, isFinal);
    };
    this.#quality.addEventListener('input', () => {
      this.#qualitySource.checked = false;
      changed(false);
    });
    this.#form.addEventListener('change', () => changed(true));
  }

  show(settings: Settings): void {
    const { quality, mode, latencyBudgetMs } = settings;
    this.#settings = settings;
    this.#auto.checked = mode === 'auto';
    this.#budget.value = String(latencyBudgetMs);
    this.#qualitySource.checked = quality === 'source';
    this.#quality.value = String(quality === 'source' ? DEFAULT_QUALITY : quality);
    this.#showSteps();
  }

  /** @param source null: not known, or of several streams. Steps beyond it would change nothing, and are not offered. */
  showSource(source: { width: number | null; fps: number | null }): void {
    this.#source = source;
    this.#showSteps();
  }

  /** Another stream, or another connection to it. */
  begin(now: number): void {
    this.#silentUntil = now + SILENT_MS;
    this.#why = '';
    this.#viewerFps = undefined;
    this.tick(now);
  }

  tick(now: number): void {
    if (now >= this.#silentUntil) this.#showReasons();
    else setText(byId('why', HTMLElement), '');
  }

  #showSteps(): void {
    const { maxWidth, fps } = this.#settings;
    fillSteps('widths', 'width', 'Auto', { steps: WIDTHS, chosen: maxWidth, most: this.#source.width });
    fillSteps('rates', 'fps', 'Source', { steps: RATES, chosen: fps, most: this.#source.fps });
  }

  showActual({ rendition, why, cause }: Subscribed): void {
    setText(byId('actual-quality', HTMLElement), String(rendition.quality));
    setText(byId('actual-size', HTMLElement), `${rendition.width} × ${rendition.height}`);
    setText(byId('actual-fps', HTMLElement), rendition.fps === null ? 'as the source' : `${rendition.fps} fps`);
    const reason = byId('why', HTMLElement);
    // Read out as the answer to a wish; a link that goes up and down would never stop talking.
    reason.ariaLive = cause === 'asked' ? 'polite' : 'off';
    this.#why = why;
    this.tick(performance.now());
  }

  /** Whether this device is what limits comes with the figures, once a second. */
  showStats({ viewerFps }: Pick<ViewStats, 'viewerFps'>): void {
    if (viewerFps === this.#viewerFps) return;
    this.#viewerFps = viewerFps;
    byId('why', HTMLElement).ariaLive = 'off';
    this.tick(performance.now());
  }

  #showReasons(): void {
    const reasons = [this.#why, viewerText(this.#viewerFps)].filter(reason => reason !== '');
    setText(byId('why', HTMLElement), reasons.join(' '));
  }

  #read(): Settings {
    const data = new FormData(this.#form);
    return {
      quality: this.#qualitySource.checked ? 'source' : this.#quality.valueAsNumber,
      maxWidth: parseStep(text(data.get('width')), Infinity, null),
      fps: parseStep(text(data.get('fps')), Infinity, null),
      mode: this.#auto.checked ? 'auto' : 'fixed',
      latencyBudgetMs: parseBudget(this.#budget.value) ?? this.#settings.latencyBudgetMs,
    };
  }
}

interface Steps {
  steps: readonly (number | null)[];
  chosen: number | null;
  most: number | null;
}

/** Made anew only when they differ: what has the focus keeps it. */
function fillSteps(id: string, name: string, none: string, { steps, chosen, most }: Steps): void {
  const offered = steps.filter(step => step === null || most === null || most === 0 || step < most);
  const all = offered.includes(chosen) ? offered : [...offered, chosen];
  const sorted = [...all].sort((a, b) => (b ?? Infinity) - (a ?? Infinity));
  const place = byId(id, HTMLElement);
  if (place.dataset['steps'] !== String(sorted)) {
    place.dataset['steps'] = String(sorted);
    place.replaceChildren(...sorted.map(step => stepLabel(name, none, step)));
  }
  for (const radio of place.querySelectorAll('input')) radio.checked = radio.value === formatStep(chosen);
}

function stepLabel(name: string, none: string, step: number | null): HTMLLabelElement {
  const radio = make('input', '');
  radio.type = 'radio';
  radio.name = name;
  radio.value = formatStep(step);
  return make('label', '', radio, make('span', '', step === null ? none : String(step)));
}

function text(value: FormDataEntryValue | null): string | null {
  return typeof value === 'string' ? value : null;
}
