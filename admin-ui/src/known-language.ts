// A browser under the locale C calls its language "en-US@posix", and uPlot, which formats numbers as it is loaded, throws.
try {
  new Intl.NumberFormat(navigator.language);
} catch {
  Object.defineProperty(navigator, 'language', { value: 'en', configurable: true });
}
