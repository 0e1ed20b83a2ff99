/** What a zip file unpacks to, measured before a library is let at it. Pure. */
import { inflateRawSync } from 'node:zlib';

const endSignature = 0x06054b50;
const entrySignature = 0x02014b50;
const localSignature = 0x04034b50;
const deflated = 8;

/**
 * Unpacks every entry within `limit` bytes altogether and says what is wrong: the sizes that a zip declares of itself
 * are not to be trusted.
 */
export function zipProblem(zip: Buffer, limit: number): 'not-a-zip' | 'too-large' | null {
  const end = zip.lastIndexOf(Buffer.from([0x50, 0x4b, 0x05, 0x06]));
  if (end < 0 || end + 22 > zip.length || zip.readUInt32LE(end) !== endSignature) return 'not-a-zip';
  try {
    return unpacksWithin(zip, zip.readUInt32LE(end + 16), zip.readUInt16LE(end + 10), limit) ? null : 'too-large';
  } catch (error) {
    return error instanceof RangeError && 'code' in error && error.code === 'ERR_BUFFER_TOO_LARGE'
      ? 'too-large'
      : 'not-a-zip';
  }
}

function unpacksWithin(zip: Buffer, directory: number, entries: number, limit: number): boolean {
  let at = directory;
  let left = limit;
  for (let index = 0; index < entries; index += 1) {
    if (zip.readUInt32LE(at) !== entrySignature) throw new TypeError('no directory entry here');
    left -= unpackedBytes(zip, at, left);
    if (left <= 0) return false;
    at += 46 + zip.readUInt16LE(at + 28) + zip.readUInt16LE(at + 30) + zip.readUInt16LE(at + 32);
  }
  return true;
}

function unpackedBytes(zip: Buffer, entry: number, left: number): number {
  const packed = zip.readUInt32LE(entry + 20);
  const local = zip.readUInt32LE(entry + 42);
  if (zip.readUInt32LE(local) !== localSignature) throw new TypeError('no entry here');
  if (zip.readUInt16LE(entry + 10) !== deflated) return packed;
  const data = local + 30 + zip.readUInt16LE(local + 26) + zip.readUInt16LE(local + 28);
  return inflateRawSync(zip.subarray(data, data + packed), { maxOutputLength: left }).length;
}
