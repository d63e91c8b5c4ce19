// Listens with the client that everybody uses, and writes what it hears, one JSON line each, until it is cut.
// node listen.js URL TRANSPORT [KEY]
import { io } from 'socket.io-client';

const [url, transport, key] = process.argv.slice(2);
const extraHeaders = key ? { Authorization: `Bearer ${key}` } : {};
const said = (line) => process.stdout.write(`${JSON.stringify(line)}\n`);

const socket = io(url, { transports: [transport], reconnection: false, extraHeaders });
socket.on('connect', () => said(['connect', { transport: socket.io.engine.transport.name }]));
socket.on('connect_error', (error) => said(['connect_error', { message: error.message }]));
socket.on('disconnect', (reason) => said(['disconnect', { reason }]));
socket.onAny((name, data) => said([name, data]));
