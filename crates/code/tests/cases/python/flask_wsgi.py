import sqlite3

import serverless_wsgi
from flask import Flask, redirect, request

app = Flask(__name__)


@app.route("/notes")
def notes():
    rows = sqlite3.connect("/opt/notes.db").execute("SELECT * FROM notes WHERE tag = '%s'" % request.args.get("tag"))  # flow: sql
    return {"notes": rows.fetchall()}


@app.route("/leave")
def leave():
    return redirect(request.args["to"])  # flow: redirect


@app.route("/count/<int:number>")
def count(number):
    rows = sqlite3.connect("/opt/notes.db").execute(f"SELECT * FROM notes WHERE id = {number}")
    return {"notes": rows.fetchall()}


def handler(event, context):
    return serverless_wsgi.handle_request(app, event, context)
