//! The file and its folder: who may read them, who holds them, and whether they are whole.
use super::tables::{BYTES, Limits, META, Tables};
use redb::{Database, DatabaseError, StorageError, backends::InMemoryBackend};
use std::fs::{DirBuilder, OpenOptions, Permissions};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

/// The name of the file in its folder.
const FILE: &str = "state.redb";
/// A file this much larger than what lives in it is compacted when it is opened.
const WASTE_BYTES_MAX: u64 = 64 << 20;

/// Why a store cannot be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    #[error("`{}` is open in another process: one process at a time, or use a cluster", .path.display())]
    Busy { path: PathBuf },
    /// Somebody else could put a file of his own there.
    #[error("`{}` can be written to by other users: `chmod go-w` it", .path.display())]
    Exposed { path: PathBuf },
    #[error("the store is damaged: {reason}; put it aside and restore a copy")]
    Damaged { reason: String },
    #[error("the store cannot be opened: {reason}")]
    Io { reason: String },
}

impl From<redb::Error> for OpenError {
    fn from(why: redb::Error) -> Self {
        match why {
            redb::Error::Io(why) if why.kind() == std::io::ErrorKind::InvalidData => {
                Self::Damaged { reason: why.to_string() }
            }
            redb::Error::Io(why) => Self::Io { reason: why.to_string() },
            why => Self::Damaged { reason: why.to_string() },
        }
    }
}

/// Opens or begins the file of a folder, readable by its owner only.
pub(super) fn open(folder: &Path, cache_bytes: usize) -> Result<Database, OpenError> {
    let path = folder.join(FILE);
    let io = |what: &Path| {
        let what = what.display().to_string();
        move |why: std::io::Error| OpenError::Io { reason: format!("`{what}`: {why}") }
    };
    DirBuilder::new().recursive(true).mode(0o700).create(folder).map_err(io(folder))?;
    let mode = std::fs::metadata(folder).map_err(io(folder))?.permissions().mode();
    if mode & 0o022 != 0 {
        return Err(OpenError::Exposed { path: folder.to_owned() });
    }
    let mut options = OpenOptions::new();
    let file = options
        .read(true)
        .write(true)
        .create(true)
        .truncate(false)
        .mode(0o600)
        .open(&path)
        .map_err(io(&path))?;
    file.set_permissions(Permissions::from_mode(0o600)).map_err(io(&path))?;
    drop(file);
    let mut builder = Database::builder();
    builder.set_cache_size(cache_bytes).set_check_integrity_on_open(true);
    let mut database = match builder.create(&path) {
        Ok(database) => database,
        Err(DatabaseError::DatabaseAlreadyOpen) => return Err(OpenError::Busy { path }),
        Err(DatabaseError::Storage(StorageError::Io(why)))
            if why.kind() == std::io::ErrorKind::UnexpectedEof =>
        {
            return Err(OpenError::Damaged { reason: "the file is cut short".to_owned() });
        }
        Err(why) => return Err(redb::Error::from(why).into()),
    };
    prepare(&database)?;
    let bytes = std::fs::metadata(&path).map_err(io(&path))?.len();
    let live = live_bytes(&database)?;
    if bytes > live.saturating_mul(2).saturating_add(WASTE_BYTES_MAX) {
        database.compact().map_err(redb::Error::from)?;
    }
    Ok(database)
}

pub(super) fn in_memory(cache_bytes: usize) -> Result<Database, OpenError> {
    let mut builder = Database::builder();
    builder.set_cache_size(cache_bytes);
    builder.create_with_backend(InMemoryBackend::new()).map_err(|why| redb::Error::from(why).into())
}

/// Makes the tables, so that readers find them. The last revision.
pub(super) fn prepare(database: &Database) -> Result<u64, OpenError> {
    let work = || -> Result<u64, redb::Error> {
        let transaction = database.begin_write()?;
        let revision =
            Tables::open(&transaction, Limits { store_bytes_max: 0, removals_max: 0 })?.revision()?;
        transaction.commit()?;
        Ok(revision)
    };
    Ok(work()?)
}

fn live_bytes(database: &Database) -> Result<u64, OpenError> {
    use redb::ReadableDatabase;
    let work = || -> Result<u64, redb::Error> {
        Ok(database.begin_read()?.open_table(META)?.get(BYTES)?.map_or(0, |bytes| bytes.value()))
    };
    Ok(work()?)
}
