// Builds the gallery, serves it as the server would, and opens a browser for it.
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { dirname, extname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';
import { build } from 'vite';

const WEB = join(dirname(fileURLToPath(import.meta.url)), '..');
const PUBLIC = join(WEB, 'public');
const TYPES = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.webmanifest': 'application/manifest+json',
};

/** The very policy that the server sends with the page. */
const CSP = [
  "default-src 'none'", "script-src 'self' 'wasm-unsafe-eval'", "style-src 'self'",
  "img-src 'self' blob:", "connect-src 'self'", "worker-src 'self'", "manifest-src 'self'",
  "base-uri 'none'", "form-action 'none'", "frame-ancestors 'none'",
  "require-trusted-types-for 'script'", 'trusted-types svelte-trusted-html floater-worker',
].join('; ');

async function answer(files, request, response) {
  const path = normalize(new URL(request.url ?? '/', 'http://localhost').pathname);
  try {
    const body = files.get(path.slice(1)) ?? (await readFile(join(PUBLIC, path)));
    response.writeHead(200, {
      'Content-Type': TYPES[extname(path)] ?? 'application/octet-stream',
      'Content-Security-Policy': CSP,
      'X-Content-Type-Options': 'nosniff',
      'Referrer-Policy': 'no-referrer',
      'Cross-Origin-Opener-Policy': 'same-origin',
      'Cross-Origin-Resource-Policy': 'same-origin',
    });
    response.end(body);
  } catch {
    response.writeHead(404).end();
  }
}

/** A built gallery, its address and a browser; `close` ends both. */
export async function openStage() {
  // Kept in memory: two runs side by side never take each other's files away.
  const options = { root: WEB, mode: 'gallery', logLevel: 'error', build: { write: false } };
  const { output } = await build(options);
  const files = new Map(output.map((file) => [file.fileName, file.code ?? file.source]));
  const server = createServer((request, response) => void answer(files, request, response));
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const browser = await chromium.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    args: [
      '--no-sandbox', '--disable-quic', '--disable-background-networking',
      '--disable-component-update', '--disable-sync',
    ],
  });
  const address = `http://127.0.0.1:${server.address().port}/gallery.html`;
  return {
    browser,
    address,
    async close() {
      await browser.close();
      server.close();
    },
  };
}

/** Opens a scene in one look and waits until it stands. */
export async function openScene(page, address, name, look) {
  const query = new URLSearchParams({ scene: name, language: look.language, theme: look.theme });
  await page.goto(`${address}?${query}`);
  await page.waitForSelector('body[data-ready]', { state: 'attached', timeout: 30_000 });
}

/** The names of all scenes. */
export async function sceneNames(page, address) {
  await page.goto(address);
  return (await page.getAttribute('body[data-ready]', 'data-ready')).split(' ');
}
