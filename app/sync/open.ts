/** The links between this node and others. */
import { X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { Fault } from '../core/errors.ts';
import type { Log } from '../ports/log.ts';
import type { Links } from '../ports/replication.ts';
import { FilePeer } from './file-peer.ts';
import { HttpsPeer } from './peer.ts';
import { openSyncServer } from './server.ts';
import { Stage } from './stage.ts';

export interface SyncSlice {
  readonly host: string;
  readonly port: number;
  /** Files in PEM. */
  readonly key: string;
  readonly certificate: string;
  /** Where large pieces lie until they are whole. */
  readonly directory: string;
  /** As `Peer.ours`. */
  readonly prefixes?: readonly string[];
  readonly nodes: readonly {
    readonly name: string;
    /** Absent: there is no line to it. */
    readonly url?: string | undefined;
    readonly certificate: string;
    readonly prefixes: readonly string[];
    readonly bytesPerSecond?: number | undefined;
  }[];
}

export type Sync = Links & AsyncDisposable;

/** @throws Fault `config-invalid` if a key or certificate cannot be read */
export async function openSync(slice: SyncSlice, { log }: { readonly log: Log }): Promise<Sync> {
  const [key, ownCertificate, ...certificates] = await Promise.all(
    [slice.key, slice.certificate, ...slice.nodes.map(({ certificate }) => certificate)].map(pem),
  );
  if (key === undefined || ownCertificate === undefined) throw new RangeError('No key');
  const known = slice.nodes.map((node, i) => {
    const certificate = certificates[i] ?? '';
    const fingerprint = fingerprintOf(node.certificate, certificate);
    return { ...node, ours: slice.prefixes ?? [], certificate, fingerprint };
  });
  const peers = known.map(({ url, ...node }) =>
    url === undefined
      ? new FilePeer(node)
      : new HttpsPeer({ ...node, url, key, ownCertificate, bytesPerSecond: node.bytesPerSecond }),
  );
  const stage = new Stage(slice.directory);
  await stage.sweep(peers.map(({ name }) => name));
  let server: Awaited<ReturnType<typeof openSyncServer>> | undefined;
  return {
    peers,
    async listen(intake) {
      server = await openSyncServer(
        {
          ...slice,
          key,
          certificate: ownCertificate,
          certificates: known.map(({ certificate }) => certificate),
          peers: new Map(known.map(({ fingerprint, name }) => [fingerprint, name])),
        },
        { intake, stage, log },
      );
      return { port: server.port };
    },
    async [Symbol.asyncDispose]() {
      await server?.[Symbol.asyncDispose]();
      for (const peer of peers) peer[Symbol.dispose]();
    },
  };
}

async function pem(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    throw unreadable(file, error);
  }
}

function fingerprintOf(file: string, text: string): string {
  try {
    return new X509Certificate(text).fingerprint256;
  } catch (error) {
    throw unreadable(file, error);
  }
}

function unreadable(file: string, cause: unknown): Fault {
  const text = `sync: ${file} is no key or certificate that can be read`;
  return new Fault('config-invalid', text, { temporary: false, publicText: text, cause });
}
