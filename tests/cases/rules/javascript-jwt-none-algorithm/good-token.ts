import jwt from 'jsonwebtoken';

export const read = (token: string, key: string) => jwt.verify(token, key, { algorithms: ['HS256'] });
export const write = (id: string, key: string) => jwt.sign({ id }, key, { algorithm: 'HS256' });
