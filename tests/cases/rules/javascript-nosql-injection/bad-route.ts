import { MongoClient } from 'mongodb';

const users = new MongoClient('mongodb://localhost').db('app').collection('users');

export async function POST(request: Request) {
  const { filter } = await request.json();
  const found = await users.find(filter).toArray(); // expect: javascript-nosql-injection
  await users.deleteMany(filter); // expect: javascript-nosql-injection
  return Response.json(found);
}
