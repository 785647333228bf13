import { readFile } from 'node:fs/promises';
import path from 'node:path';

export async function GET(request: Request, { params }: { params: Promise<{ slug: string }> }) {
  const { slug } = await params;
  const markdown = await readFile(path.join(process.cwd(), 'content', `${slug}.md`), 'utf8'); // expect: javascript-path-traversal
  return new Response(markdown);
}
