import type { Subscribed } from '@framewire/client';
import type { ViewStats } from '@framewire/client/element';
import { byId, make, setText } from '../dom.js';
import { viewerText } from '../figures.js';
import { BUDGETS, DEFAULT_QUALITY, parseBudget, parseStep, RATES, WIDTHS, type Settings } from '../page/url-state.js';

/**
 * The wishes for the large picture: quality, width, frame rate. Beside each wish stands what is really sent.
 * `isFinal` is false while a slider is being dragged.
 */
export class SettingsForm {
  readonly #form = byId('settings', HTMLFormElement);
  readonly #quality = byId('quality', HTMLInputElement);
  readonly #qualitySource = byId('quality-source', HTMLInputElement);
  readonly #auto = byId('auto', HTMLInputElement);
  readonly #budget = byId('budget', HTMLSelectElement);
  #why = '';
  #viewerFps: number | undefined;

  constructor(onChange: (settings: Settings, isFinal: boolean) => void) {
    fillSteps('widths', 'width', WIDTHS);
    fillSteps('rates', 'fps', RATES);
    this.#budget.append(...BUDGETS.map(ms => new Option(`${ms} ms`, String(ms))));
    this.#form.addEventListener('submit', event => event.preventDefault());
    this.#quality.addEventListener('input', () => {
      this.#qualitySource.checked = false;
      onChange(this.#read(), false);
    });
    this.#form.addEventListener('change', () => onChange(this.#read(), true));
  }

  show({ quality, maxWidth, fps, mode, latencyBudgetMs }: Settings): void {
    this.#auto.checked = mode === 'auto';
    this.#budget.value = String(latencyBudgetMs);
    this.#qualitySource.checked = quality === 'source';
    this.#quality.value = String(quality === 'source' ? DEFAULT_QUALITY : quality);
    this.#check('width', maxWidth);
    this.#check('fps', fps);
  }

  showActual({ rendition, why, cause }: Subscribed): void {
    setText(byId('actual-quality', HTMLElement), String(rendition.quality));
    setText(byId('actual-size', HTMLElement), `${rendition.width} × ${rendition.height}`);
    setText(byId('actual-fps', HTMLElement), rendition.fps === null ? 'as the source' : `${rendition.fps} fps`);
    const reason = byId('why', HTMLElement);
    // Read out as the answer to a wish; a link that goes up and down would never stop talking.
    reason.ariaLive = cause === 'asked' ? 'polite' : 'off';
    this.#why = why;
    this.#showReasons();
  }

  /** Whether this device is what limits comes with the figures, once a second. */
  showStats({ viewerFps }: Pick<ViewStats, 'viewerFps'>): void {
    if (viewerFps === this.#viewerFps) return;
    this.#viewerFps = viewerFps;
    byId('why', HTMLElement).ariaLive = 'off';
    this.#showReasons();
  }

  #showReasons(): void {
    const reasons = [this.#why, viewerText(this.#viewerFps)].filter(reason => reason !== '');
    setText(byId('why', HTMLElement), reasons.join(' '));
  }

  #read(): Settings {
    const data = new FormData(this.#form);
    return {
      quality: this.#qualitySource.checked ? 'source' : this.#quality.valueAsNumber,
      maxWidth: parseStep(WIDTHS, text(data.get('width'))),
      fps: parseStep(RATES, text(data.get('fps'))),
      mode: this.#auto.checked ? 'auto' : 'fixed',
      latencyBudgetMs: parseBudget(this.#budget.value),
    };
  }

  #check(name: string, step: number | null): void {
    for (const radio of this.#form.querySelectorAll<HTMLInputElement>(`input[name="${name}"]`)) {
      radio.checked = radio.value === stepValue(step);
    }
  }
}

function fillSteps(id: string, name: string, steps: readonly (number | null)[]): void {
  const labels = steps.map(step => {
    const radio = make('input', '');
    radio.type = 'radio';
    radio.name = name;
    radio.value = stepValue(step);
    return make('label', '', radio, make('span', '', step === null ? 'Source' : String(step)));
  });
  byId(id, HTMLElement).append(...labels);
}

function stepValue(step: number | null): string {
  return step === null ? 'source' : String(step);
}

function text(value: FormDataEntryValue | null): string | null {
  return typeof value === 'string' ? value : null;
}
