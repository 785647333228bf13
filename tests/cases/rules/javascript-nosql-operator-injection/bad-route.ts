import { users } from './database';

export async function POST(request: Request) {
  const body = await request.json();
  const user = await users.findOne({ email: body.email, active: true }); // expect: javascript-nosql-operator-injection
  return Response.json({ id: user?._id });
}
