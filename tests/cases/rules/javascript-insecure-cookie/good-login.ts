import type { Request, Response } from 'express';

export function login(req: Request, res: Response, token: string, options: object): void {
  res.cookie('session', token, { httpOnly: true, secure: true, sameSite: 'lax' });
  res.cookie('token', token, options);
  res.cookie('theme', 'dark');
  res.end();
}
