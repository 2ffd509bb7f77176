import type { Engine } from './engine';
import { instance } from './instance';
import type { ToPage, ToWorker } from './messages';
import { RemoteEngine } from './remote';
import address from './worker.ts?worker&url';

/** Where the browser has Trusted Types: TypeScript's own library does not name them yet. */
interface WithTrustedTypes {
  trustedTypes?: {
    createPolicy(
      name: string,
      rules: { createScriptURL(url: string): string },
    ): { createScriptURL(url: string): string };
  };
}

/** Starts the engine of the browser: WebAssembly and WebSocket in a worker of their own. */
export async function connect(): Promise<Engine> {
  const worker = new Worker(script(), { type: 'module' });
  const say = (message: ToWorker): void => worker.postMessage(message);
  const now = (): number => performance.now();
  const engine = new RemoteEngine({ say, now, can: { direct: false } });
  worker.onmessage = (message: MessageEvent<ToPage>) => engine.hear(message.data);
  const name = await instance();
  const config = { keep: 'cookie', agent: 'floater-web/0.1.0', instance: name, policy: 'hidden' };
  say({ say: 'start', config: JSON.stringify(config), origin: performance.timeOrigin });
  watchPage(worker, say);
  return engine;
}

/** A page that goes away takes its worker along at once, and with it the conversation. */
function watchPage(worker: Worker, say: (message: ToWorker) => void): void {
  addEventListener('pagehide', () => worker.terminate());
  addEventListener('pageshow', (shown: PageTransitionEvent) => {
    if (shown.persisted) location.reload();
  });
  document.addEventListener('visibilitychange', () => {
    if (document.visibilityState === 'visible') say({ say: 'online' });
  });
}

function script(): string {
  const policy = (globalThis as WithTrustedTypes).trustedTypes?.createPolicy('floater-worker', {
    createScriptURL(url) {
      if (url !== address) throw new TypeError('there is one worker only');
      return url;
    },
  });
  return policy?.createScriptURL(address) ?? address;
}
