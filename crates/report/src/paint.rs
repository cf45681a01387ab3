//! Colours of a terminal, used only when the caller asks.
use anstyle::{AnsiColor, Style};
use model::Severity;

use crate::Colour;

/// Paints text, or leaves it alone.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Paint(pub(crate) Colour);

pub(crate) const BOLD: Style = Style::new().bold();
pub(crate) const DIM: Style = Style::new().dimmed();
pub(crate) const CODE: Style = AnsiColor::Cyan.on_default();
pub(crate) const RULER: Style = AnsiColor::Blue.on_default();
pub(crate) const WARNING: Style = AnsiColor::Yellow.on_default().bold();
pub(crate) const GOOD: Style = AnsiColor::Green.on_default().bold();
pub(crate) const REMOVED: Style = AnsiColor::Red.on_default();
pub(crate) const ADDED: Style = AnsiColor::Green.on_default();

impl Paint {
    pub(crate) fn paint(self, style: Style, text: &str) -> String {
        match self.0 {
            Colour::Never => text.to_owned(),
            Colour::Always => format!("{style}{text}{style:#}"),
        }
    }

    /// Text with code in backticks: the backticks go when colour shows the code.
    pub(crate) fn prose(self, text: &str) -> String {
        if self.0 == Colour::Never || !text.matches('`').count().is_multiple_of(2) {
            return text.to_owned();
        }
        let pieces = text.split('`').enumerate();
        pieces
            .map(|(index, piece)| if index % 2 == 1 { self.paint(CODE, piece) } else { piece.to_owned() })
            .collect()
    }
}

pub(crate) fn severity(severity: Severity) -> Style {
    match severity {
        Severity::Critical => AnsiColor::Magenta.on_default().bold(),
        Severity::High => AnsiColor::Red.on_default().bold(),
        Severity::Medium => AnsiColor::Yellow.on_default().bold(),
        Severity::Low => AnsiColor::Cyan.on_default(),
        Severity::Info => AnsiColor::Blue.on_default(),
    }
}
