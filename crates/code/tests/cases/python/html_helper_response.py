def answer(body, status=200):
    return {"statusCode": status, "headers": {"Content-Type": "text/html; charset=utf-8"}, "body": body}  # flow: html


def handler(event, context):
    query = event.get("queryStringParameters") or {}
    term = query.get("q", "")
    rows = ["<li>%s</li>" % word for word in ("a", "b")]
    return answer("<p>Results for " + term + "</p><ul>" + "".join(rows) + "</ul>")
