const KEY = 'floater.instance';
/** A page that is just being reloaded may hold its lock for a moment longer, in milliseconds. */
const PATIENCE = 400;

/**
 * The name of this tab, 128 random bits: it survives a reload, and a duplicated tab, whose storage
 * is a copy, draws its own, because the first one holds the lock.
 */
export async function instance(): Promise<string> {
  const kept = remembered();
  if (kept && (await held(kept))) return kept;
  const drawn = draw();
  remember(drawn);
  await held(drawn);
  return drawn;
}

function draw(): string {
  const bits = crypto.getRandomValues(new Uint8Array(16));
  const text = btoa(String.fromCharCode(...bits));
  return text.replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
}

/** Takes the lock of a name and keeps it as long as the page lives. */
function held(name: string): Promise<boolean> {
  return new Promise((resolve) => {
    const forever = new Promise<never>(() => undefined);
    const keep = (): Promise<never> => {
      resolve(true);
      return forever;
    };
    navigator.locks
      .request(`${KEY}.${name}`, { signal: AbortSignal.timeout(PATIENCE) }, keep)
      .catch(() => resolve(false));
  });
}

function remembered(): string | null {
  try {
    return sessionStorage.getItem(KEY);
  } catch {
    // Storage may be forbidden: then a reload is a new instance.
    return null;
  }
}

function remember(name: string): void {
  try {
    sessionStorage.setItem(KEY, name);
  } catch {
    // As above.
  }
}
