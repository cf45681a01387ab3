//! Every format, read back by somebody else's reader, from a scan full of hostile names.
mod baseline;
mod fixture;
mod graph;
mod hostile;
mod html;
mod json;
mod junit;
mod markdown;
mod pages;
mod sarif;
mod text;
