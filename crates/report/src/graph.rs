//! The application graph as JSON, Mermaid and Graphviz DOT.
mod diagram;
mod dot;
mod json;
mod mermaid;

pub use dot::graph_dot;
pub use json::graph_json;
pub use mermaid::graph_mermaid;
