//! What every format looks up for each finding, built once for a scan.
use std::collections::BTreeMap;

use model::{Finding, Node, Project};

use crate::Scan;
use crate::group::every_finding;
use crate::mask::Mask;

/// Nodes by name, and the places that must not be shown.
pub(crate) struct View<'a> {
    pub(crate) project: &'a Project,
    pub(crate) mask: Mask,
    nodes: Nodes<'a>,
}

/// Nodes by application and name.
pub(crate) type Nodes<'a> = BTreeMap<(usize, &'a str), &'a Node>;

impl<'a> View<'a> {
    pub(crate) fn new(scan: &Scan<'a>) -> Self {
        let mut nodes = Nodes::new();
        for (app, node) in
            scan.project.apps.iter().enumerate().flat_map(|(app, of)| of.nodes.iter().map(move |n| (app, n)))
        {
            nodes.entry((app, node.name.as_str())).or_insert(node);
        }
        let mask = Mask::new(scan.project, &nodes, every_finding(scan));
        Self { project: scan.project, mask, nodes }
    }

    /// The node that a finding is about.
    pub(crate) fn node(&self, finding: &Finding) -> Option<&'a Node> {
        self.nodes.get(&(finding.app, finding.node.as_str())).copied()
    }

    /// What its author calls the resource of a finding, when the template's name was derived (CDK).
    pub(crate) fn construct(&self, finding: &Finding) -> Option<&'a str> {
        self.node(finding)?.construct.as_deref()
    }
}
