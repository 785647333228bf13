import boto3

CLIENT = boto3.client("dynamodb")


def user(name, collection):
    collection.find({"name": str(name)})
    return CLIENT.scan(
        TableName="users",
        FilterExpression="#n = :u",
        ExpressionAttributeNames={"#n": "name"},
        ExpressionAttributeValues={":u": {"S": name}},
    )
