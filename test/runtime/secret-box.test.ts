import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createSecretKey, openSecretBox, SecretBoxError } from '../../src/runtime/secret-box.ts';

const key = Buffer.alloc(32, 1).toString('base64');
const kindOf = (act: () => unknown) => {
  try {
    act();
  } catch (error) {
    return error instanceof SecretBoxError ? error.kind : error;
  }
  return null;
};

describe('a secret box', () => {
  it('gives back any text that was put in, and shows nothing of it', () => {
    const box = openSecretBox(key);
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 500 }), plain => {
        const sealed = box.seal(plain);
        expect(box.open(sealed)).toBe(plain);
        expect(sealed).toMatch(/^box1\.[\w-]{8}\.[\w-]+$/);
      }),
    );
  });

  it('never seals one text twice alike', () => {
    const box = openSecretBox(key);
    expect(new Set(Array.from({ length: 50 }, () => box.seal('hunter2'))).size).toBe(50);
  });

  it('opens what another process sealed with the same key', () => {
    expect(openSecretBox(key).open(openSecretBox(key).seal('hunter2'))).toBe('hunter2');
  });

  it('tells another key from a damaged box', () => {
    const sealed = openSecretBox(key).seal('hunter2');
    expect(kindOf(() => openSecretBox(createSecretKey()).open(sealed))).toBe('wrong-key');
  });

  it('is damaged by a change of any one character', () => {
    const box = openSecretBox(key);
    const sealed = box.seal('hunter2');
    const start = sealed.lastIndexOf('.') + 1;
    for (let at = start; at < sealed.length - 1; at++) {
      const other = sealed[at] === 'A' ? 'B' : 'A';
      expect(kindOf(() => box.open(sealed.slice(0, at) + other + sealed.slice(at + 1)))).toBe('damaged');
    }
  });

  it.each(['', 'x', 'box1', 'box2.aaaaaaaa.bbbb', 'box1..', 'hunter2'])('takes "%s" for damaged', text => {
    expect(kindOf(() => openSecretBox(key).open(text))).toBe('damaged');
  });

  it.each(['', 'short', 'A'.repeat(44), Buffer.alloc(31).toString('base64'), ` ${key}`])(
    'refuses "%s" as a key',
    text => {
      expect(kindOf(() => openSecretBox(text))).toBe('bad-key');
    },
  );

  it('says nothing of the secret or the key in its errors', () => {
    const sealed = openSecretBox(key).seal('hunter2');
    for (const act of [() => openSecretBox(createSecretKey()).open(sealed), () => openSecretBox('hunter2')]) {
      expect(act).toThrow(expect.objectContaining({ message: expect.not.stringContaining('hunter2') }));
    }
  });
});
