export async function find(question: string) {
  const completion = await openai.chat.completions.create({ model: 'gpt-4o', messages: [{ role: 'user', content: question }] });
  const filter = JSON.parse(completion.choices[0].message.content);
  return db.collection('users').find(filter).toArray(); // expect: javascript-llm-output-in-query
}
