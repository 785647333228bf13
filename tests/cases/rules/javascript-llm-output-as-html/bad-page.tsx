import { generateText } from 'ai';
import { marked } from 'marked';
import { model } from './model';

export default async function Page() {
  const { text } = await generateText({ model, prompt: 'Write the news of the day.' });
  return <main dangerouslySetInnerHTML={{ __html: marked(text) }} />; // expect: javascript-llm-output-as-html
}
