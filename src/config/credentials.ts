/** The files that `connectors` of the configuration names: a Google service account's key, a Microsoft certificate. */
import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { ConfigError } from './config-error.ts';
import type { Config } from './schema.ts';

/** As Google hands it out; only what signing in needs. */
const serviceAccountKey = z.object({
  client_email: z.email(),
  private_key: z.string().includes('PRIVATE KEY'),
  private_key_id: z.string().optional(),
});
export type ServiceAccountKey = Readonly<{ client_email: string; private_key: string; private_key_id?: string }>;
/** PEM; one text may hold both. */
export type Certificate = Readonly<{ key: string; certificate: string }>;

export type Credentials = Readonly<{ serviceAccountKey: ServiceAccountKey | null; certificate: Certificate | null }>;

/** Relative paths start at the working directory, as that of the store does. Throws ConfigError; never shows a key. */
export async function readCredentials({ connectors }: Config): Promise<Credentials> {
  const { google, microsoft } = connectors;
  return {
    serviceAccountKey: google?.serviceAccountKeyFile ? await readServiceAccountKey(google.serviceAccountKeyFile) : null,
    certificate: microsoft?.certificateFile ? await readCertificate(microsoft.certificateFile) : null,
  };
}

async function readServiceAccountKey(file: string): Promise<ServiceAccountKey> {
  const path = 'connectors.google.serviceAccountKeyFile';
  const allowed = 'the key of a service account as Google’s console gives it out (JSON with client_email, private_key)';
  const parsed = serviceAccountKey.safeParse(jsonOf(await textOf(file, path)));
  if (!parsed.success) throw failure(file, path, `allowed is ${allowed}`);
  const { client_email, private_key, private_key_id } = parsed.data;
  return { client_email, private_key, ...(private_key_id === undefined ? {} : { private_key_id }) };
}

async function readCertificate(file: string): Promise<Certificate> {
  const path = 'connectors.microsoft.certificateFile';
  const text = await textOf(file, path);
  const [key] = /-----BEGIN (?:RSA |EC )?PRIVATE KEY-----[\s\S]+?-----END [A-Z ]+-----/.exec(text) ?? [];
  const [certificate] = /-----BEGIN CERTIFICATE-----[\s\S]+?-----END CERTIFICATE-----/.exec(text) ?? [];
  if (key && certificate) return { key, certificate };
  throw failure(file, path, 'allowed is a PEM file with the private key (not encrypted) and its certificate');
}

async function textOf(file: string, path: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? String(cause.code) : 'unknown';
    throw failure(file, path, code === 'ENOENT' ? 'there is no such file' : `cannot be read (${code})`);
  }
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function failure(file: string, path: string, text: string): ConfigError {
  return new ConfigError('invalid', file, [{ line: 0, path, text }]);
}
