//! Any site may call the API with the credentials of its visitor.
use crate::code::shared::calls;
use crate::prelude::*;

check! {
    /// # CORS for everyone with credentials
    ///
    /// Any site may call the API with the credentials of its visitor.
    ///
    /// ## Why it matters
    ///
    /// A page of an attacker then acts as whoever visits it, and reads the answers.
    ///
    /// ## What to do
    ///
    /// List the sites that may: `origin: ["https://shop.example"]`. Send credentials only to those.
    ///
    /// ```python fires
    /// from fastapi import FastAPI
    /// from fastapi.middleware.cors import CORSMiddleware
    /// from mangum import Mangum
    ///
    /// app = FastAPI()
    /// app.add_middleware(CORSMiddleware, allow_origins=["*"], allow_credentials=True)
    /// handler = Mangum(app)
    /// ```
    /// ```python quiet
    /// from fastapi import FastAPI
    /// from fastapi.middleware.cors import CORSMiddleware
    /// from mangum import Mangum
    ///
    /// app = FastAPI()
    /// app.add_middleware(CORSMiddleware, allow_origins=["https://shop.example"], allow_credentials=True)
    /// handler = Mangum(app)
    /// ```
    /// ```javascript fires
    /// const cors = require("cors");
    /// const express = require("express");
    /// const serverless = require("serverless-http");
    ///
    /// const app = express();
    /// app.use(cors({ origin: true, credentials: true }));
    /// exports.handler = serverless(app);
    /// ```
    /// ```javascript quiet
    /// const cors = require("cors");
    /// const express = require("express");
    /// const serverless = require("serverless-http");
    ///
    /// const app = express();
    /// app.use(cors({ origin: "https://shop.example", credentials: true }));
    /// exports.handler = serverless(app);
    /// ```
    CORS_WITH_CREDENTIALS = "cors-with-credentials" {
        since: "0.1.0",
        severity: Medium,
        confidence: Certain,
        fix: Risky,
        controls: &["CWE-942", "OWASP-SLS:S6", "CSA:SAS-3"],
        also_known_as: &[],
        run: cors_with_credentials,
    }
}

const ORIGINS: &[&str] = &["origin", "origins", "allow_origins", "resources"];
const CREDENTIALS: &[&str] = &["credentials", "supports_credentials", "allow_credentials"];

fn cors_with_credentials(app: &App, findings: &mut Findings) {
    for seen in calls(app) {
        let is_cors =
            seen.is(&["cors", "flask_cors.CORS", "flask_cors.cross_origin", "@koa/cors", "@fastify/cors"])
                || seen.under(&["fastapi", "starlette"], &["add_middleware"]);
        let with_credentials = CREDENTIALS.iter().any(|key| seen.switched(key, true));
        let everyone =
            ORIGINS.iter().filter_map(|key| seen.call.named(key)).any(|origin| is_anyone(&origin.value));
        if is_cors && with_credentials && everyone {
            findings.push(
                seen.finding(&CORS_WITH_CREDENTIALS, "any site may act as its visitor").fix_if(
                    CREDENTIALS
                        .iter()
                        .find_map(|key| seen.rewrite("take no credentials", usize::MAX, key, "False")),
                ),
            );
        }
    }
}

fn is_anyone(origin: &Data) -> bool {
    match origin {
        Data::Bool(reflected) => *reflected,
        Data::Text(text) => text == "*",
        Data::List(items) => items.iter().any(|item| item.as_str() == Some("*")),
        _ => false,
    }
}
