import type { MinutePlot } from './plot.js';

/**
 * Loads what draws plots. uPlot makes a `NumberFormat` of the browser's language while it is evaluated, and throws where
 * that is no language: WebKitGTK gives "C" under LANG=C.UTF-8, as in containers and services. So it is shown English there.
 */
export async function loadPlot(): Promise<MinutePlot> {
  const isLanguage = canFormat(navigator.language);
  if (!isLanguage) Object.defineProperty(navigator, 'language', { value: 'en', configurable: true });
  try {
    const { MinutePlot } = await import('./plot.js');
    return new MinutePlot();
  } finally {
    // The browser's own lies on the prototype.
    if (!isLanguage) Reflect.deleteProperty(navigator, 'language');
  }
}

function canFormat(language: string): boolean {
  try {
    return Intl.NumberFormat.supportedLocalesOf(language).length >= 0;
  } catch {
    return false;
  }
}
