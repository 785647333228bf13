import jwt from 'jsonwebtoken';

export function authenticate(token: string, key: string) {
  const header = jwt.decode(token, { complete: true })?.header;
  const user = jwt.verify(token, key, { algorithms: ['RS256'] });
  return { header, user };
}
