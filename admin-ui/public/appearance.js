// Runs before the first paint, so that no page flashes in another theme. src/data/browser/appearance.ts writes the values.
try {
  for (const name of ['theme', 'density']) {
    const value = localStorage.getItem(`429chain.${name}`);
    if (value !== null) document.documentElement.dataset[name] = value;
  }
} catch {
  // A browser that blocks storage shows the defaults.
}
