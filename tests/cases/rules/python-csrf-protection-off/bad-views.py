from django.views.decorators.csrf import csrf_exempt


@csrf_exempt
def transfer(request):
    return pay(request.user, request.POST["to"])  # expect: python-csrf-protection-off
