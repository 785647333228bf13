import jwt from 'jsonwebtoken';

const SECRET = process.env.JWT_SECRET || 'my-secret-key';

export const check = (token: string) => jwt.verify(token, SECRET); // expect: javascript-hardcoded-signing-key
