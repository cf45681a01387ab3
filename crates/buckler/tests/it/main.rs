//! The program as people run it: real files, real processes, real exit codes.
mod accept;
mod cli_page;
mod hostile;
mod run;
mod scan;
