// `ws`: each message goes to the other one of the pair as it came.
import { createRequire } from 'node:module';
import { WebSocketServer } from 'ws';

const { version } = createRequire(import.meta.url)('ws/package.json');
const server = new WebSocketServer({ host: '127.0.0.1', port: 0 });
let waiting = null;

server.on('connection', (socket) => {
  socket.partner = waiting;
  if (waiting) waiting.partner = socket;
  waiting = waiting ? null : socket;
  socket.on('message', (data, binary) => socket.partner?.send(data, { binary }));
  // Who measures goes without a close frame.
  socket.on('error', () => {});
});
server.on('listening', () => console.log(`${server.address().port} Node ws ${version}`));
