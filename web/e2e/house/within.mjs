// A program of its own, which runs where another network begins: whoever connects to a socket of the
// file system, which is everywhere the same, gets to a port there.
import { connect, createServer } from 'node:net';

const [path, port] = process.argv.slice(2);
createServer((near) => {
  const far = connect(Number(port), '127.0.0.1');
  near.pipe(far).pipe(near);
  near.on('error', () => far.destroy());
  far.on('error', () => near.destroy());
}).listen(path);
// It ends with whoever started it.
process.stdin.resume().once('end', () => process.exit());
