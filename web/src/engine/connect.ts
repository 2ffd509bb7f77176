import type { Engine } from './engine';
import { live } from './host';

/** Starts the engine that is there: that of the window, else that of the browser. */
export async function connect(): Promise<Engine> {
  if (!('__TAURI_INTERNALS__' in globalThis)) return (await import('./wasm')).connect();
  const window = await import('./tauri');
  live(window.host);
  return window.connect();
}
