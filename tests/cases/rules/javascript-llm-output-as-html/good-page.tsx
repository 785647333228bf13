import DOMPurify from 'isomorphic-dompurify';
import { generateText } from 'ai';
import { marked } from 'marked';
import { model } from './model';

export default async function Page() {
  const { text } = await generateText({ model, prompt: 'Write the news of the day.' });
  const html = DOMPurify.sanitize(marked(text));
  return (
    <main>
      <p>{text}</p>
      <div dangerouslySetInnerHTML={{ __html: html }} />
    </main>
  );
}
