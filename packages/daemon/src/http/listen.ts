import type { AddressInfo } from 'node:net';
import { errorMessage, ServerError, UserError } from '@fluxctl/shared/errors';
import type { FastifyInstance } from 'fastify';

/**
 * Listens on an address as Go writes it, `:3030` or `127.0.0.1:3030`.
 * @param ephemeral - on a free port of 127.0.0.1 instead
 * @returns the address for the log: as it was given, or with the port that was found
 */
export async function listen(app: FastifyInstance, address: string, ephemeral: boolean): Promise<string> {
  const { host, port } = ephemeral ? { host: '127.0.0.1', port: 0 } : parseAddress(address);
  try {
    await app.listen({ host, port });
  } catch (error) {
    throw new ServerError(`cannot listen on ${address}: ${errorMessage(error)}`, { cause: error });
  }
  if (port !== 0) return address;
  const bound = app.server.address() as AddressInfo;
  return `${bound.address.includes(':') ? `[${bound.address}]` : bound.address}:${bound.port}`;
}

function parseAddress(address: string): { host: string; port: number } {
  const match = /^(?:\[([^\]]*)\]|([^:]*)):(\d{1,5})$/.exec(address);
  const port = Number(match?.[3]);
  if (!match || port > 65_535) throw new UserError(`${JSON.stringify(address)} is no address to listen on`);
  return { host: match[1] || match[2] || '::', port };
}
