//! VEX in: `OpenVEX`, `CycloneDX` and CSAF. Only statements that something does not apply are taken.
use std::collections::BTreeMap;

use model::{Advisory, FileId, Project, Value};

use super::from_purl;
use crate::doc;
use crate::read::text;

/// One statement that a weakness does not apply.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Statement {
    /// Every name of the weakness.
    pub ids: Vec<String>,
    /// Package URLs that it is about; empty means all.
    pub products: Vec<String>,
    /// The reason, in the document's word or sentence.
    pub reason: String,
}

/// Why a file is no VEX document.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum VexError {
    #[error("{0}")]
    Syntax(String),
    #[error("it is none of OpenVEX, CycloneDX and CSAF")]
    Format,
}

/// Components of a product tree inside each other.
const DEPTH_MAX: usize = 64;

/// Reads a VEX document.
///
/// # Errors
/// When the text is no JSON or of none of the three formats: half a document of exceptions is none.
pub fn read_vex(json: &str) -> Result<Vec<Statement>, VexError> {
    let read = doc::json(json, FileId(0));
    if let Some(trouble) = read.troubles.first() {
        return Err(VexError::Syntax(trouble.message.clone()));
    }
    let root = read.root;
    if text(root.get("@context")).contains("openvex") {
        Ok(items(root.get("statements")).iter().filter_map(openvex).collect())
    } else if text(root.get("bomFormat")) == "CycloneDX" {
        Ok(cyclonedx(&root))
    } else if root.path("document.csaf_version").is_some() {
        Ok(csaf(&root))
    } else {
        Err(VexError::Format)
    }
}

fn items(value: Option<&Value>) -> &[Value] {
    value.map(Value::items).unwrap_or_default()
}

fn strings(value: Option<&Value>) -> Vec<String> {
    items(value).iter().filter_map(Value::as_str).map(str::to_owned).collect()
}

fn openvex(statement: &Value) -> Option<Statement> {
    if !matches!(text(statement.get("status")), "not_affected" | "fixed") {
        return None;
    }
    let vulnerability = statement.get("vulnerability")?;
    let name = vulnerability.as_str().or_else(|| vulnerability.get("name")?.as_str())?;
    let mut ids = vec![name.to_owned()];
    ids.extend(strings(vulnerability.get("aliases")));
    let mut products = Vec::new();
    for product in items(statement.get("products")) {
        let own = product.as_str().or_else(|| product.get("@id")?.as_str());
        let own = own.or_else(|| product.path("identifiers.purl")?.as_str());
        // The weakness is in a part of the product, when one is named.
        let parts = items(product.get("subcomponents")).iter();
        let parts: Vec<&str> =
            parts.filter_map(|part| part.as_str().or_else(|| part.get("@id")?.as_str())).collect();
        if parts.is_empty() {
            products.extend(own.map(str::to_owned))
        } else {
            products.extend(parts.into_iter().map(str::to_owned))
        }
    }
    let reason = [
        text(statement.get("justification")),
        text(statement.get("impact_statement")),
        text(statement.get("status")),
    ];
    let reason = reason.into_iter().find(|reason| !reason.is_empty())?.to_owned();
    Some(Statement { ids, products, reason })
}

fn cyclonedx(root: &Value) -> Vec<Statement> {
    let mut purls: BTreeMap<&str, &str> = BTreeMap::new();
    let mut open: Vec<(&Value, usize)> = vec![(root, 0)];
    while let Some((parent, depth)) = open.pop() {
        for component in items(parent.get("components")).iter().filter(|_| depth < DEPTH_MAX) {
            purls.insert(text(component.get("bom-ref")), text(component.get("purl")));
            open.push((component, depth + 1));
        }
    }
    let statement = |entry: &Value| {
        let state = text(entry.path("analysis.state"));
        if !matches!(state, "not_affected" | "false_positive" | "resolved" | "resolved_with_pedigree") {
            return None;
        }
        let mut ids = vec![entry.get("id")?.as_str()?.to_owned()];
        ids.extend(items(entry.get("references")).iter().map(|one| text(one.get("id")).to_owned()));
        let refs = items(entry.get("affects")).iter().map(|one| text(one.get("ref")));
        let products = refs.map(|reference| {
            // A reference into another bill ends with the component's own.
            let own = reference.rsplit('#').next().unwrap_or(reference);
            purls.get(reference).copied().filter(|purl| !purl.is_empty()).unwrap_or(own).to_owned()
        });
        let reason = [text(entry.path("analysis.justification")), text(entry.path("analysis.detail")), state];
        let reason = reason.into_iter().find(|reason| !reason.is_empty())?.to_owned();
        Some(Statement { ids, products: products.collect(), reason })
    };
    items(root.get("vulnerabilities")).iter().filter_map(statement).collect()
}

fn csaf(root: &Value) -> Vec<Statement> {
    let mut purls: BTreeMap<String, String> = BTreeMap::new();
    let mut open: Vec<(&Value, usize)> = root.get("product_tree").map(|tree| (tree, 0)).into_iter().collect();
    while let Some((node, depth)) = open.pop() {
        let own = node.get("product").into_iter().chain(items(node.get("full_product_names")));
        for product in own {
            let purl = text(product.path("product_identification_helper.purl"));
            purls.insert(text(product.get("product_id")).to_owned(), purl.to_owned());
        }
        if depth < DEPTH_MAX {
            open.extend(items(node.get("branches")).iter().map(|branch| (branch, depth + 1)));
        }
    }
    let mut found = Vec::new();
    for entry in items(root.get("vulnerabilities")) {
        let mut ids = vec![text(entry.get("cve")).to_owned()];
        ids.extend(items(entry.get("ids")).iter().map(|id| text(id.get("text")).to_owned()));
        ids.retain(|id| !id.is_empty());
        for product in strings(entry.path("product_status.known_not_affected")) {
            // A product without a package URL says nothing about a package.
            let Some(purl) = purls.get(&product).filter(|purl| !purl.is_empty()) else { continue };
            let flags = items(entry.get("flags")).iter();
            let mut flags = flags.filter(|flag| strings(flag.get("product_ids")).contains(&product));
            let reason = flags.next().map_or("known_not_affected", |flag| text(flag.get("label")));
            found.push(Statement {
                ids: ids.clone(),
                products: vec![purl.clone()],
                reason: reason.to_owned(),
            });
        }
    }
    found
}

/// Marks the advisories that a statement is about; how many statements were about nothing.
pub fn apply_vex(project: &mut Project, statements: &[Statement]) -> usize {
    let mut used = vec![false; statements.len()];
    for package in &mut project.files_app().packages {
        let own = (package.ecosystem, package.name.clone(), package.version.clone());
        for advisory in &mut package.advisories {
            for (statement, used) in statements.iter().zip(&mut used) {
                if statement.is_about(advisory, &own) {
                    advisory.vex = Some(statement.reason.clone());
                    *used = true;
                }
            }
        }
    }
    used.iter().filter(|used| !**used).count()
}

impl Statement {
    /// Whether it is about this weakness of this package: ecosystem, name, version.
    fn is_about(&self, advisory: &Advisory, own: &(&'static str, String, Option<String>)) -> bool {
        let is_product = |purl: &String| {
            from_purl(purl).is_some_and(|(ecosystem, name, version)| {
                ecosystem == own.0 && name == own.1 && (version.is_none() || version == own.2)
            })
        };
        self.ids.iter().any(|id| *id == advisory.id || advisory.aliases.contains(id))
            && (self.products.is_empty() || self.products.iter().any(is_product))
    }
}
