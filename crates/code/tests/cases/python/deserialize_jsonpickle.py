import jsonpickle


class Cart:
    def __init__(self):
        self.items = []


def restore(text):
    return jsonpickle.decode(text)  # flow: deserialize


def handler(event, context):
    cart = restore(event["body"])
    return {"statusCode": 200, "body": str(len(cart.items))}
