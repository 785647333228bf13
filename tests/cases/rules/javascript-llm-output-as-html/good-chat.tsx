import { useState } from 'react';

export function Chat() {
  const [answer, setAnswer] = useState('');
  async function send(text: string) {
    const completion = await openai.chat.completions.create({ model: 'gpt-4o', messages: [{ role: 'user', content: text }] });
    setAnswer(completion.choices[0].message.content);
  }
  return <p>{answer}</p>;
}
