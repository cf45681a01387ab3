//! The known techniques.
mod direct;
mod pass;
mod take;

use super::technique::Technique;

pub(super) const TABLES: &[&[Technique]] = &[direct::TECHNIQUES, take::TECHNIQUES, pass::TECHNIQUES];
