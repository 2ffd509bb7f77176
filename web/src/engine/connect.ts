import type { Engine } from './engine';

/** Starts the engine that is there: that of the window, else that of the browser. */
export async function connect(): Promise<Engine> {
  const { connect } =
    '__TAURI_INTERNALS__' in globalThis ? await import('./tauri') : await import('./wasm');
  return connect();
}
