import crypto from 'node:crypto';

export function encrypt(text: string, key: Buffer): Buffer {
  const start = crypto.randomBytes(12);
  const cipher = crypto.createCipheriv('aes-256-gcm', key, start);
  const sealed = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()]);
  return Buffer.concat([start, cipher.getAuthTag(), sealed]);
}
