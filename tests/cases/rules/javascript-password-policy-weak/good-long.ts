import { z } from 'zod';

export const account = z.object({
  name: z.string().min(2),
  password: z.string().min(12),
});

const user = new Schema({ name: { type: String, minlength: 2 }, password: { type: String, minlength: 10 } });

export function check(password: string, name: string) {
  if (password.length < 12 || name.length < 2) throw new Error('too short');
  if (password.length < 1) throw new Error('missing');
  return true;
}
