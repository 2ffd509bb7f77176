// `socket.io`: each event goes to the other one of the pair as it came.
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import { Server } from 'socket.io';

const { version } = createRequire(import.meta.url)('socket.io/package.json');
const http = createServer();
const server = new Server(http, { serveClient: false, transports: ['websocket'] });
let waiting = null;

server.on('connection', (socket) => {
  const partner = waiting;
  socket.data.partner = partner;
  if (partner) partner.data.partner = socket;
  waiting = partner ? null : socket;
  socket.on('m', (data) => socket.data.partner?.emit('m', data));
});
http.listen(0, '127.0.0.1', () => console.log(`${http.address().port} socket.io ${version}`));
