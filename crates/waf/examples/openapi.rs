//! What documents of `OpenAPI` cost to load.
//!
//!     cargo run --release -p waf --example openapi -- FOLDER
#![expect(clippy::print_stdout, clippy::disallowed_methods, reason = "a tool for developers, not shipped")]
use serde_json::Value;
use std::error::Error;
use std::path::Path;
use std::time::Instant;

fn load(folder: &Path) -> Result<(), Box<dyn Error>> {
    let mut paths: Vec<_> = std::fs::read_dir(folder)?.collect::<Result<Vec<_>, _>>()?;
    paths.sort_by_key(std::fs::DirEntry::path);
    for path in paths.iter().map(std::fs::DirEntry::path) {
        if path.is_dir() {
            load(&path)?;
            continue;
        }
        if path.extension().is_none_or(|end| end != "json") {
            continue;
        }
        let bytes = std::fs::read(&path)?;
        let begun = Instant::now();
        let Ok(document) = serde_json::from_slice::<Value>(&bytes) else { continue };
        let parsed = begun.elapsed();
        if document.get("openapi").is_none() {
            continue;
        }
        let begun = Instant::now();
        let problems = waf::schema::Api::read(&document).err().map_or(0, |problems| problems.len());
        let (read, size) = (begun.elapsed(), bytes.len() / 1000);
        println!(
            "{size:>6} kB  {parsed:>10.2?} as JSON  {read:>10.2?}  {problems} problems  {}",
            path.display()
        );
    }
    Ok(())
}

fn main() -> Result<(), Box<dyn Error>> {
    load(Path::new(&std::env::args().nth(1).ok_or("name a folder")?))
}
