import argon2 from 'argon2';
import bcrypt from 'bcrypt';
import { createHash } from 'node:crypto';

export async function register(password: string, file: Buffer) {
  const digest = createHash('sha256').update(file).digest('hex');
  return [await argon2.hash(password), await bcrypt.hash(password, 12), digest];
}
