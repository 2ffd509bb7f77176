// The chosen theme stands before the first paint; a module would come after it. Key and shape are
// those of src/state/prefs.svelte.ts.
try {
  const { theme } = JSON.parse(localStorage.getItem('floater.prefs') ?? '{}');
  if (theme) document.documentElement.dataset.theme = theme;
} catch {
  // Storage is forbidden or holds something foreign: the system's theme serves.
}
