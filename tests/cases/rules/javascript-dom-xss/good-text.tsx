import DOMPurify from 'dompurify';
import { useSearchParams } from 'next/navigation';

export function Results() {
  const searchParams = useSearchParams();
  const query = searchParams.get('q') ?? '';
  document.title = location.hash;
  return (
    <div>
      <p>{query}</p>
      <p dangerouslySetInnerHTML={{ __html: DOMPurify.sanitize(query) }} />
    </div>
  );
}
