"""Statements and expressions inside of calls to AWS: PartiQL, SQL of data APIs, conditions of DynamoDB."""


def install(shared):
    import functools
    load = shared["load"]
    texts = frozenset((
        "Statement", "sql", "Sql", "SqlStatement", "QueryString", "queryString", "Expression", "KeyConditionExpression", "FilterExpression",
        "ConditionExpression", "UpdateExpression", "ProjectionExpression",
    ))
    lists = ("Statements", "TransactStatements", "Sqls")
    operations = frozenset((
        "ExecuteStatement", "BatchExecuteStatement", "ExecuteTransaction", "StartQueryExecution", "SelectObjectContent", "Query", "Scan",
        "StartQuery", "PutItem", "UpdateItem", "DeleteItem", "ExecuteSql",
    ))

    def look(operation, params):
        ask = load("asks")["sql"]
        for name in texts.intersection(params):
            if isinstance(params[name], str):
                ask("boto3." + operation, params[name])
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
