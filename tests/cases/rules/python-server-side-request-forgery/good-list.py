"""A list with the name of the library."""

requests = []


def record(request):
    requests.append((request.method, request.content))
    return requests
