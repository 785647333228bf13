import hmac

from django.views.decorators.csrf import csrf_exempt


def transfer(request):
    return pay(request.user, request.POST["to"])


@csrf_exempt
def hook(request):
    if not hmac.compare_digest(request.headers["signature"], sign(request.body)):
        raise PermissionError
    return store(request.POST["event"])
