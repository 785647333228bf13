import { readFile } from 'node:fs/promises';

const PAGES = { about: 'content/about.md', terms: 'content/terms.md' } as const;

export async function GET(request: Request) {
  const { searchParams } = new URL(request.url);
  const page = searchParams.get('page') as keyof typeof PAGES;
  return new Response(await readFile(PAGES[page], 'utf8'));
}
