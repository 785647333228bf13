from django.db import connection


def orders(request, customer):
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM orders WHERE customer = " + customer)  # expect: python-sql-injection
        rows = cursor.fetchall()
    return Order.objects.raw("SELECT * FROM x WHERE y = '%s'" % request.GET["y"])  # expect: python-sql-injection
