import { createHash } from 'node:crypto';

export const hashPassword = (password: string): string =>
  createHash('sha1').update(password).digest('hex'); // expect: javascript-weak-password-hash
