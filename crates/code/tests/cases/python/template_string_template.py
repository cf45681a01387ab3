from string import Template

GREETING = Template("Dear $name, your order $order is on its way.")


def handler(event, context):
    detail = event["detail"]
    return {"text": GREETING.safe_substitute(name=detail["name"], order=detail["order"])}
