import { z } from 'zod';

export const account = z.object({
  email: z.string().email(),
  password: z.string().min(6), // expect: javascript-password-policy-weak
});

const user = new Schema({ name: String, password: { type: String, required: true, minlength: 4 } }); // expect: javascript-password-policy-weak

export function check(password: string, body: { newPassword: string }) {
  if (password.length < 6) throw new Error('too short'); // expect: javascript-password-policy-weak
  return body.newPassword.length >= 5; // expect: javascript-password-policy-weak
}
