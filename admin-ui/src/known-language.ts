// With the locale C, a browser's language is "en-US@posix", and uPlot throws when it formats numbers at load time.
try {
  new Intl.NumberFormat(navigator.language);
} catch {
  Object.defineProperty(navigator, 'language', { value: 'en', configurable: true });
}
