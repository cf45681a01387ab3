"""Statements and expressions inside of calls to AWS: PartiQL, SQL of data APIs, conditions of DynamoDB."""


def install(shared):
    import functools
    load = shared["load"]
    texts = frozenset((
        "Statement", "sql", "Sql", "SqlStatement", "QueryString", "queryString", "Expression", "KeyConditionExpression", "FilterExpression",
        "ConditionExpression", "UpdateExpression", "ProjectionExpression",
    ))
    lists = ("Statements", "TransactStatements", "Sqls")
    conditions = ("ScanFilter", "QueryFilter", "KeyConditions", "Expected")
    operations = frozenset((
        "ExecuteStatement", "BatchExecuteStatement", "ExecuteTransaction", "StartQueryExecution", "SelectObjectContent", "Query", "Scan",
        "StartQuery", "PutItem", "UpdateItem", "DeleteItem", "TransactWriteItems", "ExecuteSql",
    ))

    def compare(operation, params):
        # DynamoDB's older conditions: a member for each attribute, with its comparison.
        members = [one for name in conditions if isinstance(params.get(name), dict) for one in params[name].values()]
        found = [one.get("ComparisonOperator") for one in members if isinstance(one, dict)]
        found = {one for one in found + [params.get("ConditionalOperator")] if isinstance(one, str)}
        if found:
            load("asks")["operators"]("boto3." + operation, found)

    def within(operation, params):
        for name in texts.intersection(params):
            if isinstance(params[name], str):
                load("asks")["sql"]("boto3." + operation, params[name])
        compare(operation, params)

    def look(operation, params):
        ask = load("asks")["sql"]
        within(operation, params)
        for item in params.get("TransactItems") or ():
            for inner in item.values() if isinstance(item, dict) else ():
                if isinstance(inner, dict):
                    within(operation, inner)
        for name in lists:
            for one in params.get(name) or ():
                statement = one.get("Statement") if isinstance(one, dict) else one
                if isinstance(statement, str):
                    ask("boto3." + operation, statement)

    def on_client(module):
        for owner in (getattr(module, "BaseClient", None), getattr(module, "AioBaseClient", None)):
            call = vars(owner).get("_make_api_call") if owner is not None else None
            if call is None:
                continue

            def wrapped(self, operation, params, *args, _call=call, **named):
                if operation in operations and isinstance(params, dict):
                    look(operation, params)
                return _call(self, operation, params, *args, **named)

            owner._make_api_call = functools.wraps(call)(wrapped)

    return {"botocore.client": on_client, "aiobotocore.client": on_client}
