export default function handleRequest(request) {
  const { abort, pipe } = renderToPipeableStream(page(request.url));
  setTimeout(abort, 5000);
  return pipe;
}
