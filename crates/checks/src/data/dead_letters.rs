//! Queues that take what others could not handle.
use model::{App, Node, Relation};

/// Whether something sends its dead letters here, or its name says so.
pub(crate) fn is_for_dead_letters(app: &App, queue: &Node) -> bool {
    let named = |text: &str| {
        let text = text.to_lowercase();
        ["dlq", "dead", "failed", "failure"].iter().any(|word| text.contains(word))
    };
    app.sources(queue, Relation::DeadLetters).next().is_some()
        || queue.has("redrive_allow")
        || named(&queue.name)
        || queue.text("name").is_some_and(named)
}
