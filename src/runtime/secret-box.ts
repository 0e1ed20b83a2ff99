/** Stored credentials, encrypted with the key of the configuration (`secretsKey`): AES-256-GCM, NIST SP 800-38D. */
import { createCipheriv, createDecipheriv, createHmac, randomBytes } from 'node:crypto';

const format = 'box1';
const nonceBytes = 12;
const tagBytes = 16;

export interface SecretBox {
  /** Encrypts a text; twice the same text gives two different boxes. */
  seal(plain: string): string;
  /** The text again. Throws SecretBoxError `wrong-key` or `damaged`. */
  open(sealed: string): string;
}

/** Says what is wrong with a key or a box, never what is in it. */
export class SecretBoxError extends Error {
  override readonly name = 'SecretBoxError';
  readonly kind: 'bad-key' | 'wrong-key' | 'damaged';
  constructor(kind: SecretBoxError['kind'], message: string, options: ErrorOptions = {}) {
    super(message, options);
    this.kind = kind;
  }
}

/** Whether a text is 32 bytes in base64. */
export function isSecretKey(text: string): boolean {
  return /^[A-Za-z0-9+/]{43}=$/.test(text);
}

/** A fresh key for `openSecretBox`. */
export function createSecretKey(): string {
  return randomBytes(32).toString('base64');
}

/** @param keyBase64 32 bytes in base64. Throws SecretBoxError `bad-key` for anything else. */
export function openSecretBox(keyBase64: string): SecretBox {
  if (!isSecretKey(keyBase64)) throw new SecretBoxError('bad-key', 'the secrets key is not 32 bytes in base64');
  const key = Buffer.from(keyBase64, 'base64');
  // A box names its key by a fingerprint: GCM alone cannot tell another key from a damaged box.
  const fingerprint = createHmac('sha256', key).update('callboard secret box').digest('base64url').slice(0, 8);
  const head = `${format}.${fingerprint}`;
  return {
    seal: plain => {
      const nonce = randomBytes(nonceBytes);
      const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(Buffer.from(head));
      const body = Buffer.concat([nonce, cipher.update(plain, 'utf8'), cipher.final(), cipher.getAuthTag()]);
      return `${head}.${body.toString('base64url')}`;
    },
    open: sealed => {
      const [version, owner, text, ...rest] = sealed.split('.');
      const body = Buffer.from(text ?? '', 'base64url');
      if (version !== format || rest.length > 0 || body.length < nonceBytes + tagBytes) throw damaged();
      if (owner !== fingerprint) {
        throw new SecretBoxError('wrong-key', 'the stored secret was sealed with another secrets key');
      }
      return decrypt(key, head, body);
    },
  };
}

function decrypt(key: Buffer, head: string, body: Buffer): string {
  const decipher = createDecipheriv('aes-256-gcm', key, body.subarray(0, nonceBytes), { authTagLength: tagBytes });
  decipher.setAAD(Buffer.from(head)).setAuthTag(body.subarray(-tagBytes));
  try {
    return decipher.update(body.subarray(nonceBytes, -tagBytes), undefined, 'utf8') + decipher.final('utf8');
  } catch (cause) {
    throw damaged(cause);
  }
}

function damaged(cause?: unknown): SecretBoxError {
  return new SecretBoxError('damaged', 'the stored secret is damaged', { cause });
}
