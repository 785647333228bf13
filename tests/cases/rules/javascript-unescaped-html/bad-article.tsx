type Props = { title: string; body: string };

export function Article({ title, body }: Props) {
  return (
    <article>
      <h1>{title}</h1>
      <div dangerouslySetInnerHTML={{ __html: body }} /> {/* expect: javascript-unescaped-html */}
    </article>
  );
}
