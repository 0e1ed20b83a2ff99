/** A self-signed certificate with its key, made here so that none is kept anywhere. X.509 version 1, RFC 5280. */
import { createPublicKey, generateKeyPairSync, sign, X509Certificate } from 'node:crypto';

const der = (tag: number, ...parts: readonly Uint8Array[]): Buffer => {
  const content = Buffer.concat(parts);
  const { length } = content;
  const size = length < 128 ? [length] : length < 256 ? [0x81, length] : [0x82, length >> 8, length & 255];
  return Buffer.concat([Buffer.from([tag, ...size]), content]);
};
const sequence = (...parts: readonly Uint8Array[]) => der(0x30, ...parts);
const oid = (hex: string) => der(0x06, Buffer.from(hex, 'hex'));
const text = (tag: number, value: string) => der(tag, Buffer.from(value, 'ascii'));

/** PEM, each by itself. */
export function selfSigned(): Readonly<{ key: string; certificate: string }> {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const sha256WithRsa = sequence(oid('2a864886f70d01010b'), der(0x05));
  const name = sequence(der(0x31, sequence(oid('550403'), text(0x0c, 'callboard'))));
  const validity = sequence(text(0x17, '260101000000Z'), text(0x17, '460101000000Z'));
  const publicKey = createPublicKey(privateKey).export({ type: 'spki', format: 'der' });
  const body = sequence(der(0x02, Buffer.from([1])), sha256WithRsa, name, validity, name, publicKey);
  const signature = der(0x03, Buffer.from([0]), sign('sha256', body, privateKey));
  const certificate = new X509Certificate(sequence(body, sha256WithRsa, signature)).toString();
  return { key: String(privateKey.export({ type: 'pkcs8', format: 'pem' })), certificate };
}
