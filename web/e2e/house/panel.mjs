// A desktop's panel as icons know it: what they register with, played by dbusmock, and the calls that
// a panel makes when somebody presses.
import { until } from './desk.mjs';

const WATCHER = ['org.kde.StatusNotifierWatcher', '/StatusNotifierWatcher', 'org.kde.StatusNotifierWatcher'];
const MOCK = 'org.freedesktop.DBus.Mock';
const ITEM = ['/StatusNotifierItem', 'org.kde.StatusNotifierItem'];
const MENU = ['/MenuBar', 'com.canonical.dbusmenu'];

/** The panel of a bus. */
export class Panel {
  #bus;

  #child;

  /** `bus`: the desktop's. */
  static async open(bus) {
    const panel = new Panel();
    panel.#bus = bus;
    panel.#child = await bus.start('/usr/bin/python3', ['-m', 'dbusmock', '--session', ...WATCHER]);
    const [name, path] = WATCHER;
    const mock = (method, ...words) => bus.call(name, path, `${MOCK}.${method}`, ...words);
    const empty = 'string:';
    await until(() => mock('AddMethod', empty, 'string:RegisterStatusNotifierItem', 'string:s', empty, empty));
    await mock('AddProperty', `string:${WATCHER[2]}`, 'string:IsStatusNotifierHostRegistered', 'variant:boolean:true');
    return panel;
  }

  /** The icons that are there, by their names on the bus. */
  async icons() {
    const told = await this.#bus.call('org.freedesktop.DBus', '/', 'org.freedesktop.DBus.ListNames');
    return [...told.matchAll(/"(org\.kde\.StatusNotifierItem-[^"]*)"/gu)].map(([, name]) => name);
  }

  /** A press on the only icon. */
  async press() {
    await this.#ask(ITEM, 'Activate', 'int32:0', 'int32:0');
  }

  /** The only icon's menu: the number of each line by its words. */
  async menu() {
    const told = await this.#ask(MENU, 'GetLayout', 'int32:0', 'int32:-1', 'array:string:');
    const lines = told.split(/struct \{\s+int32 /u).slice(1).map((it) => (
      [/"label"\s+variant\s+string "([^"]*)"/u.exec(it)?.[1], Number.parseInt(it, 10)]
    ));
    return new Map(lines.filter(([label]) => label));
  }

  /** Chooses a line of the menu. */
  async choose(label) {
    const number = (await this.menu()).get(label);
    await this.#ask(MENU, 'Event', `int32:${number}`, 'string:clicked', 'variant:string:', 'uint32:0');
  }

  async #ask([path, face], method, ...words) {
    const [icon] = await until(async () => {
      const icons = await this.icons();
      return icons.length === 1 && icons;
    });
    return this.#bus.call(icon, path, `${face}.${method}`, ...words);
  }

  /** It goes away, as when a desktop has no panel any more. */
  close() {
    this.#child.kill();
  }
}
