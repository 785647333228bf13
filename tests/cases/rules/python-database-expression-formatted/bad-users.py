import boto3

CLIENT = boto3.client("dynamodb")


def user(name, password):
    return CLIENT.scan(
        TableName="users",
        FilterExpression=name + " = :u AND password = :p",  # expect: python-database-expression-formatted
    )


def people(collection, name):
    return collection.find({"$where": f"this.name == '{name}'"})  # expect: python-database-expression-formatted
