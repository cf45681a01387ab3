//! Data that others choose becomes part of the text of a SQL statement.
use model::{Patch, SinkKind};

use crate::code::shared::flows_fixed;
use crate::prelude::*;

check! {
    /// # SQL injection
    ///
    /// Data that others choose becomes part of the text of a SQL statement.
    ///
    /// ## Why it matters
    ///
    /// The sender can change what the statement does: read other tables, change rows, sign in as somebody
    /// else.
    ///
    /// ## What to do
    ///
    /// Write placeholders and give the values beside the statement. Names of tables and columns, which
    /// cannot be placeholders, come from a list in the code.
    ///
    /// ```python fires
    /// import pymysql
    ///
    /// connection = pymysql.connect(host="db")
    ///
    /// def handler(event, context):
    ///     name = event["queryStringParameters"]["name"]
    ///     with connection.cursor() as cursor:
    ///         cursor.execute(f"SELECT * FROM users WHERE name = '{name}'")
    ///         return {"body": str(cursor.fetchall())}
    /// ```
    /// ```python quiet
    /// import pymysql
    ///
    /// connection = pymysql.connect(host="db")
    ///
    /// def handler(event, context):
    ///     name = event["queryStringParameters"]["name"]
    ///     with connection.cursor() as cursor:
    ///         cursor.execute("SELECT * FROM users WHERE name = %s", (name,))
    ///         return {"body": str(cursor.fetchall())}
    /// ```
    /// ```javascript fires
    /// const { Client } = require("pg");
    ///
    /// exports.handler = async (event) => {
    ///   const client = new Client();
    ///   const rows = await client.query("SELECT * FROM t WHERE id = " + event.pathParameters.id);
    ///   return { body: JSON.stringify(rows) };
    /// };
    /// ```
    /// ```javascript quiet
    /// const { Client } = require("pg");
    ///
    /// exports.handler = async (event) => {
    ///   const client = new Client();
    ///   const rows = await client.query("SELECT * FROM t WHERE id = $1", [event.pathParameters.id]);
    ///   return { body: JSON.stringify(rows) };
    /// };
    /// ```
    SQL_INJECTION = "sql-injection" {
        since: "0.1.0",
        severity: Critical,
        confidence: Likely,
        fix: Risky,
        controls: &["CWE-89", "OWASP-SLS:S1", "CSA:SAS-1"],
        also_known_as: &[],
        run: sql_injection,
    }
}

fn sql_injection(app: &App, findings: &mut Findings) {
    let does = "becomes part of a statement";
    flows_fixed(app, findings, &SQL_INJECTION, does, |flow| {
        if flow.sink.kind != SinkKind::Sql {
            return None;
        }
        let patch = |text: &String| Patch::Replace { at: flow.sink.argument, text: text.clone() };
        Some(
            flow.sink
                .bound
                .as_ref()
                .map(|text| Fix::risky("give the values beside the statement", patch(text))),
        )
    });
}
