import OpenAI from 'openai';

const openai = new OpenAI({
  apiKey: process.env.NEXT_PUBLIC_OPENAI_API_KEY, // expect: javascript-model-key-in-browser
  dangerouslyAllowBrowser: true, // expect: javascript-model-key-in-browser
});

export const key = import.meta.env.VITE_ANTHROPIC_API_KEY; // expect: javascript-model-key-in-browser

export function Chat() {
  return <button onClick={() => openai.models.list()}>models</button>;
}
