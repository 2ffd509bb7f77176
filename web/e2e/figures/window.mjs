// How soon a window shows a page, and what it holds in memory: `node figures/window.mjs [starts]`.
import { readFile } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';
import { until } from '../house/desk.mjs';
import { House } from '../house/house.mjs';
import { Screen } from '../house/screen.mjs';

const STARTS = Number(process.argv[2] ?? 7);
/** What a start still allocates is there then, in milliseconds. */
const SETTLED = 5_000;
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

const middle = (figures) => figures.toSorted((a, b) => a - b)[Math.floor(figures.length / 2)];

const screen = await Screen.open();
const house = await House.open(0, { screen, native: true });
const [paints, sizes] = [[], []];
for (let n = 0; n < STARTS; n += 1) {
  const person = await house.window(`Person${n}`);
  await person.reach('door');
  const pid = await person.page.pid();
  paints.push(await until(() => person.page.evaluate(paintedAt)) - await began(pid));
  await pause(SETTLED);
  const all = await family(pid);
  sizes.push(await memory(all));
  process.stdout.write(`${Math.round(paints.at(-1))} ms to a painted page, ${Math.round(sizes.at(-1))} MiB in ${all.length} processes\n`);
  await person.page.kill();
}
process.stdout.write(`of ${STARTS}: ${Math.round(middle(paints))} ms, ${Math.round(middle(sizes))} MiB\n`);
await house.close();
await screen.close();
