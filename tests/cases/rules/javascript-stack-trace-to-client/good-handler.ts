import type { Request, Response } from 'express';

export function failed(error: Error, req: Request, res: Response): void {
  console.error(error.stack);
  res.status(500).json({ message: 'something went wrong' });
}
