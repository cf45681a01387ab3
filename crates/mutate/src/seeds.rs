//! What a run begins with.
use std::error::Error;
use std::path::Path;

const SEEDS_MAX: usize = 2_000;
const SEED_BYTES_MAX: u64 = 200_000;

/// One input, and the name of the file it came from where that matters.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Seed {
    pub name: String,
    pub bytes: Vec<u8>,
}

impl<B: AsRef<[u8]> + ?Sized> From<&B> for Seed {
    fn from(bytes: &B) -> Self {
        Self { name: String::new(), bytes: bytes.as_ref().to_vec() }
    }
}

impl Seed {
    /// As a text; what is none is nothing.
    #[must_use]
    pub fn text(&self) -> &str {
        std::str::from_utf8(&self.bytes).unwrap_or_default()
    }

    /// The files of a folder and the folders in it whose names end so: at most 2,000 of at most 200 kB, in the order of
    /// their names.
    ///
    /// # Errors
    /// A folder or file that cannot be read.
    pub fn below(folder: &Path, endings: &[&str]) -> Result<Vec<Self>, Box<dyn Error>> {
        let mut found = Vec::new();
        collect(folder, endings, &mut found)?;
        Ok(found)
    }

    /// Only those that are text.
    ///
    /// # Errors
    /// Those of [`Seed::below`].
    pub fn texts_below(folder: &Path, endings: &[&str]) -> Result<Vec<Self>, Box<dyn Error>> {
        let mut found = Self::below(folder, endings)?;
        found.retain(|seed| std::str::from_utf8(&seed.bytes).is_ok());
        Ok(found)
    }
}

fn collect(folder: &Path, endings: &[&str], found: &mut Vec<Seed>) -> Result<(), Box<dyn Error>> {
    let told = |error| format!("{}: {error}", folder.display());
    let mut paths: Vec<_> = std::fs::read_dir(folder)
        .map_err(told)?
        .map(|entry| entry.map(|one| one.path()))
        .collect::<Result<_, _>>()?;
    paths.sort();
    for path in paths {
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if path.is_symlink() || name == ".git" || found.len() >= SEEDS_MAX {
            continue;
        }
        if path.is_dir() {
            collect(&path, endings, found)?;
        } else if endings.iter().any(|end| name.ends_with(end)) && path.metadata()?.len() <= SEED_BYTES_MAX {
            found.push(Seed { name, bytes: std::fs::read(&path)? });
        }
    }
    Ok(())
}
