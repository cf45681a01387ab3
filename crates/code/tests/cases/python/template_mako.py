from mako.template import Template


def handler(event, context):
    return {"statusCode": 200, "body": Template(event["body"]).render(shop="ours")}  # flow: template
