import { useSearchParams } from 'next/navigation';

export function Results() {
  const searchParams = useSearchParams();
  const query = searchParams.get('q') ?? '';
  return <p dangerouslySetInnerHTML={{ __html: query }} />; // expect: javascript-dom-xss
}
