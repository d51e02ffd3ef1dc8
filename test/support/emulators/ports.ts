import { createServer, type Server } from 'node:net';
import { Failure } from './failure';

export const LOOPBACK = '127.0.0.1';

/** Free ports of the loopback address. All are held until the last is found, so that no port is given twice. */
export async function freePorts(count: number): Promise<number[]> {
  const servers: Server[] = [];
  try {
    for (let i = 0; i < count; i++) servers.push(await listen());
    return servers.map(portOf);
  } catch (error) {
    throw new Failure(`No free port on ${LOOPBACK} for the emulators (${(error as Error).message}): stop a program that listens there, and try again.`);
  } finally {
    await Promise.all(servers.map(close));
  }
}

async function listen(): Promise<Server> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen({ host: LOOPBACK, port: 0 }, () => resolve(server));
  });
}

function portOf(server: Server): number {
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('not listening on a port');
  return address.port;
}

async function close(server: Server): Promise<void> {
  return new Promise((resolve) => server.close(() => resolve()));
}
