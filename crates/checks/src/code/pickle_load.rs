//! Bytes are read by a deserializer that can run code.
use crate::code::shared::{Seen, calls};
use crate::prelude::*;

check! {
    /// # Pickle load
    ///
    /// Bytes are read by a deserializer that can run code.
    ///
    /// ## Why it matters
    ///
    /// Whoever can write the bytes runs commands in the function: an object of a bucket, an entry of a
    /// cache and an item of a table have more writers than the code that reads them.
    ///
    /// ## What to do
    ///
    /// Store data as JSON or another plain format. Where a model has to be loaded, load it from a place
    /// that only the deployment writes, and check its digest.
    ///
    /// ```python fires
    /// import pickle
    ///
    /// def handler(event, context):
    ///     with open("/tmp/state", "rb") as file:
    ///         return pickle.load(file)
    /// ```
    /// ```python quiet
    /// import json
    ///
    /// def handler(event, context):
    ///     with open("/tmp/state") as file:
    ///         return json.load(file)
    /// ```
    PICKLE_LOAD = "pickle-load" {
        since: "0.1.0",
        severity: Low,
        confidence: Possible,
        controls: &["CWE-502", "OWASP-SLS:S8", "CSA:SAS-1"],
        also_known_as: &["B301"],
        run: pickle_load,
    }
}

const MODULES: &[&str] = &["pickle", "cPickle", "_pickle", "dill", "cloudpickle", "marshal", "joblib"];

fn pickle_load(app: &App, findings: &mut Findings) {
    for seen in calls(app).filter(Seen::is_python) {
        let is_pickle = seen.under(MODULES, &["load", "loads", "Unpickler"])
            || seen.is(&["pandas.read_pickle", "shelve.open", "jsonpickle.decode"])
            || seen.is(&["torch.load"]) && !seen.may_have("weights_only");
        if is_pickle {
            let message = format!("`{}` runs what the bytes say", seen.call.api);
            findings.push(seen.finding(&PICKLE_LOAD, message));
        }
    }
}
