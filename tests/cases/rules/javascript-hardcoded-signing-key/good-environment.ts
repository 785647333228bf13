import jwt from 'jsonwebtoken';
import session from 'express-session';
import { readFileSync } from 'node:fs';

const SECRET = process.env.JWT_SECRET!;
const KEY = readFileSync('key.pem', 'utf8');

export const sign = (id: string) => jwt.sign({ id, kind: 'user' }, KEY, { algorithm: 'RS256' });
export const check = (token: string) => jwt.verify(token, SECRET);
export const middleware = session({ secret: process.env.SESSION_SECRET!, name: 'sid' });
