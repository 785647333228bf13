import { randomBytes, randomInt } from 'node:crypto';

export const token = randomBytes(32).toString('hex');
export const otp = randomInt(100000, 1000000);
export const dice = Math.floor(Math.random() * 6) + 1;
export const color = `hsl(${Math.random() * 360}, 70%, 50%)`;
export const delay = (attempt: number) => attempt * 100 + Math.random() * 50;
