import DOMPurify from 'isomorphic-dompurify';

const STYLE = 'body { margin: 0 }';

export function Article({ title, body }: { title: string; body: string }) {
  const clean = DOMPurify.sanitize(body);
  return (
    <article>
      <style dangerouslySetInnerHTML={{ __html: STYLE }} />
      <h1>{title}</h1>
      <div dangerouslySetInnerHTML={{ __html: clean }} />
      <script dangerouslySetInnerHTML={{ __html: JSON.stringify(title) }} />
    </article>
  );
}
