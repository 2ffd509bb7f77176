import { Channel, invoke } from '@tauri-apps/api/core';
import type { Engine } from './engine';
import { join, split } from './frame';
import type { Host, Kept, Saved, Tray } from './host';
import type { ToEngine, ToPage } from './messages';
import { RemoteEngine } from './remote';

/** `desktop/src/window.rs` says so. */
const INVITED = 'floater-invited';
/** `desktop/src/closing.rs` says so. */
const CLOSING = 'floater-closing';

/** Starts the engine of the window: the native client behind IPC (`desktop/src/ipc.rs`). */
export async function connect(): Promise<Engine> {
  let ahead = 0;
  // Calls may overtake each other, and lines must not: each waits for the one before.
  let last = Promise.resolve();
  const carrier = {
    say(message: ToEngine): void {
      last = last.then(() => say(message, (told) => engine.hear(told)));
    },
    now: (): number => performance.now() + ahead,
    can: { direct: true },
  };
  const engine: RemoteEngine = new RemoteEngine(carrier);
  const events = new Channel<ToPage | ArrayBuffer>((told) => engine.hear(read(told)));
  const clock = await invoke<number>('connect', { events });
  ahead = clock - performance.now();
  document.addEventListener('visibilitychange', () => {
    if (document.visibilityState === 'visible') carrier.say({ say: 'online' });
  });
  return engine;
}

/** The program of the window. */
export const host: Host = {
  notify: (call, language) => invoke<boolean>('notify', { call, language }),
  attract: () => void invoke('attract'),
  async save(name, content) {
    const bytes = new Uint8Array(await content.arrayBuffer());
    return invoke<Saved>('save', join({ name }, bytes));
  },
  async copied() {
    const picture = await invoke<ArrayBuffer>('copied');
    return picture.byteLength > 0 ? new File([picture], 'picture') : null;
  },
  server: () => invoke<string | null>('server'),
  kept: () => invoke<Kept | null>('kept'),
  async choose(server) {
    await invoke('choose', { server });
    location.reload();
  },
  tray: () => invoke<Tray | null>('tray'),
  showTray: (wanted) => invoke<Tray | null>('show_tray', { wanted }),
  closing(on) {
    addEventListener(CLOSING, on);
    return () => removeEventListener(CLOSING, on);
  },
  stay: () => void invoke('stay'),
  invited(on) {
    const hear = async () => {
      const server = await invoke<string | null>('invited');
      if (server !== null) on(server);
    };
    addEventListener(INVITED, hear);
    // One that came before the page.
    void hear();
    return () => removeEventListener(INVITED, hear);
  },
};

/** What comes with bytes comes as bytes. */
function read(told: ToPage | ArrayBuffer): ToPage {
  if (!(told instanceof ArrayBuffer)) return told;
  const [head, bytes] = split(told);
  return { ...(head as Extract<ToPage, { say: 'event' }>), bytes };
}

async function say(message: ToEngine, hear: (told: ToPage) => void): Promise<void> {
  const tag = message.say === 'online' ? 0 : message.tag;
  try {
    await call(message);
    hear({ say: 'taken', tag });
  } catch (why) {
    hear({ say: 'misuse', tag, message: String(why) });
  }
}

function call(message: ToEngine): Promise<unknown> {
  switch (message.say) {
    case 'command':
      return invoke('command', { tag: message.tag, command: message.command });
    case 'offer':
      return invoke('offer', join(message.picture, message.bytes));
    case 'online':
      return invoke('online');
  }
}
