// How soon a window shows a page, and what it takes while nothing happens: `node figures/window.mjs [starts]`.
import { readFile } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';
import { until } from '../house/desk.mjs';
import { House } from '../house/house.mjs';
import { Screen } from '../house/screen.mjs';

const STARTS = Number(process.argv[2] ?? 7);
/** What a start still allocates is there then, in milliseconds. */
const SETTLED = 5_000;
/** How long nothing happens then. */
const IDLE = 10_000;
/** Of the clock in which Linux tells when a process began. */
const TICKS_A_SECOND = 100;

const read = (path) => readFile(path, 'utf8');

/** When a process began, in milliseconds of `Date`. */
async function began(pid) {
  const [uptime] = (await read('/proc/uptime')).split(' ');
  const now = Date.now();
  const fields = (await read(`/proc/${pid}/stat`)).split(') ')[1].split(' ');
  return now - (Number(uptime) - Number(fields[19]) / TICKS_A_SECOND) * 1_000;
}

/** A process and what it has started. */
async function family(pid) {
  const children = (await read(`/proc/${pid}/task/${pid}/children`)).trim().split(' ').filter(Boolean);
  return [pid, ...(await Promise.all(children.map(family))).flat()];
}

/** What is theirs of the memory, shared pages by their share, in MiB. */
async function memory(pids) {
  const told = await Promise.all(pids.map((pid) => read(`/proc/${pid}/smaps_rollup`)));
  return told.reduce((sum, it) => sum + Number(/^Pss:\s+(\d+) kB/mu.exec(it)[1]) / 1_024, 0);
}

/** When the page was painted first; nothing before WebKit has said so. */
const paintedAt = () => performance.getEntriesByName('first-contentful-paint')
  .map(({ startTime }) => performance.timeOrigin + startTime)[0] ?? null;

/** What they have taken of a processor so far, in seconds. */
async function worked(pids) {
  const told = await Promise.all(pids.map((pid) => read(`/proc/${pid}/stat`)));
  const ticks = told.map((it) => it.split(') ')[1].split(' ')).map((it) => Number(it[11]) + Number(it[12]));
  return ticks.reduce((sum, it) => sum + it, 0) / TICKS_A_SECOND;
}

const middle = (figures) => figures.toSorted((a, b) => a - b)[Math.floor(figures.length / 2)];

/** Starts a window: milliseconds to a painted page, MiB, and hundredths of a processor while nothing happens. */
async function measure(house, name) {
  const person = await house.window(name);
  await person.reach('door');
  const pid = await person.page.pid();
  const painted = await until(() => person.page.evaluate(paintedAt)) - await began(pid);
  await pause(SETTLED);
  const all = await family(pid);
  const before = await worked(all);
  await pause(IDLE);
  const busy = (await worked(all) - before) / (IDLE / 1_000) * 100;
  const held = await memory(all);
  await person.page.kill();
  return [painted, held, busy].map(Math.round);
}

const say = ([painted, held, busy]) => `${painted} ms to a painted page, ${held} MiB, ${busy} % of a processor\n`;

const screen = await Screen.open();
const house = await House.open(0, { screen, native: true });
try {
  const all = [];
  for (let n = 0; n < STARTS; n += 1) {
    all.push(await measure(house, `Person${n}`));
    process.stdout.write(say(all.at(-1)));
  }
  process.stdout.write(`of ${STARTS}: ${say([0, 1, 2].map((at) => middle(all.map((it) => it[at]))))}`);
} finally {
  await house.close();
  await screen.close();
}
