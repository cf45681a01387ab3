//! Packs the facts of `catalogue/data`: text in the repository, deflated in the binary, in pages that are read one by
//! one, so that a scan pays for the services that it meets.
#![expect(clippy::disallowed_methods, reason = "a build script reads and writes files")]
use std::collections::BTreeMap;
use std::error::Error;
use std::fmt::Write as _;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use flate2::Compression;
use flate2::write::DeflateEncoder;

const FOLDER: &str = "src/catalogue/data";
/// Managed policies share pages of about this size.
const PAGE_BYTES: usize = 96 * 1024;

type Result<T> = std::result::Result<T, Box<dyn Error>>;

/// A page: what it is found by, how many entries it holds, its text.
struct Page {
    name: String,
    count: usize,
    text: String,
}

fn main() -> Result<()> {
    println!("cargo::rerun-if-changed={FOLDER}");
    let out = PathBuf::from(std::env::var_os("OUT_DIR").ok_or("no OUT_DIR")?);
    let actions = read("actions")?;
    let date = actions.lines().next().and_then(|line| line.strip_prefix("# as of ")).ok_or("no date")?;
    fs::write(out.join("date"), date)?;
    let services = services(&actions);
    fs::write(out.join("flags.rs"), flags(&services))?;
    write(&out, "actions", &services)?;
    write(&out, "sdk", &sdk(&read("sdk")?, &read("operations")?))?;
    write(&out, "managed", &shared(&read("managed")?))
}

fn read(name: &str) -> Result<String> {
    Ok(fs::read_to_string(Path::new(FOLDER).join(format!("{name}.txt")))?)
}

/// Lines that say something: comments are for readers of the file.
fn lines(text: &str) -> impl Iterator<Item = &str> {
    text.lines().filter(|line| !line.is_empty() && !line.starts_with('#'))
}

/// A page for each service of AWS.
fn services(text: &str) -> Vec<Page> {
    let mut pages: Vec<Page> = Vec::new();
    for line in lines(text) {
        match pages.last_mut().filter(|_| line.contains('|')) {
            Some(page) => {
                let is_group = !line.starts_with(['+', '?']);
                page.count += if is_group { names(line).count() } else { 0 };
                page.text.extend([line, "\n"]);
            }
            None => pages.push(Page { name: line.to_owned(), count: 0, text: String::new() }),
        }
    }
    pages
}

fn names(group: &str) -> impl Iterator<Item = &str> {
    group.rsplit('|').next().unwrap_or_default().split(',')
}

/// Sets of all actions that can be limited, that write, that manage permissions: a bit for each.
fn flags(services: &[Page]) -> String {
    let mut sets = [Vec::new(), Vec::new(), Vec::new()];
    let mut place = 0_usize;
    for service in services {
        let groups = service.text.lines().filter(|line| !line.starts_with(['+', '?']));
        let mut actions: Vec<(String, [bool; 3])> = groups
            .flat_map(|group| {
                let is = |letter| group.starts_with(letter);
                let restrictable = group.split('|').nth(1).is_some_and(|types| !types.is_empty());
                names(group).map(move |name| (name.to_ascii_lowercase(), [restrictable, is('W'), is('P')]))
            })
            .collect();
        actions.sort();
        for (_, flags) in actions {
            for (set, flag) in sets.iter_mut().zip(flags) {
                set.resize(place / 64 + 1, 0_u64);
                if let Some(word) = set.last_mut() {
                    *word |= u64::from(flag) << (place % 64);
                }
            }
            place += 1;
        }
    }
    let sets = sets.map(|set| format!("&{set:?}"));
    format!("({place}, {})", sets.join(", "))
}

/// A page for each service of the SDKs, with what the hand-kept table says of it behind a line `=`.
fn sdk(generated: &str, hand: &str) -> Vec<Page> {
    let mut sections: BTreeMap<String, [String; 2]> = BTreeMap::new();
    for (side, text) in [generated, hand].into_iter().enumerate() {
        let mut name = String::new();
        for line in lines(text) {
            let header = line.strip_prefix('[').and_then(|line| line.strip_suffix(']'));
            let line = match header {
                Some(header) => {
                    let (service, prefix) = header.split_once(' ').unwrap_or((header, ""));
                    name = service.to_owned();
                    prefix
                }
                None => line,
            };
            if let Some(section) = sections.entry(name.clone()).or_default().get_mut(side)
                && !line.is_empty()
            {
                section.extend([line, "\n"]);
            }
        }
    }
    let page = |(name, [generated, hand]): (String, [String; 2])| Page {
        name,
        count: 0,
        text: format!("{generated}=\n{hand}"),
    };
    sections.into_iter().map(page).collect()
}

/// Pages that several lines share, found by the first name in each.
fn shared(text: &str) -> Vec<Page> {
    let mut pages: Vec<Page> = Vec::new();
    for line in lines(text) {
        if pages.last().is_none_or(|page| page.text.len() > PAGE_BYTES) {
            let first = line.split(' ').next().and_then(|arn| arn.rsplit('/').next()).unwrap_or_default();
            pages.push(Page { name: first.to_ascii_lowercase(), count: 0, text: String::new() });
        }
        if let Some(page) = pages.last_mut() {
            page.text.extend([line, "\n"]);
            page.count += 1;
        }
    }
    pages
}

/// The pages, one behind the other, and a table of them: name, entries before, entries, where it ends.
fn write(out: &Path, name: &str, pages: &[Page]) -> Result<()> {
    let mut bytes = Vec::new();
    let mut table = "&[\n".to_owned();
    let mut before = 0;
    for page in pages {
        bytes.extend(u32::try_from(page.text.len())?.to_le_bytes());
        let mut encoder = DeflateEncoder::new(bytes, Compression::best());
        encoder.write_all(page.text.as_bytes())?;
        bytes = encoder.finish()?;
        let Page { name, count, .. } = page;
        writeln!(table, "({name:?}, {before}, {count}, {}),", bytes.len())?;
        before += count;
    }
    table.push(']');
    fs::write(out.join(name), bytes)?;
    fs::write(out.join(format!("{name}.rs")), table)?;
    Ok(())
}
