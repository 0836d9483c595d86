//! Skips work whose inputs have not changed: a stamp file holds the hash of every input's name and content.

use crate::run::{Result, read, root, write};
use std::collections::HashMap;
use std::collections::hash_map::DefaultHasher;
use std::fs::{File, create_dir_all};
use std::hash::{Hash, Hasher};
use std::path::{Path, PathBuf};
use std::sync::{Arc, LazyLock, Mutex, PoisonError};

/// One name's work is done by one thread at a time; another that wants the same waits and finds it done.
static NAMES: LazyLock<Mutex<HashMap<String, Arc<Mutex<()>>>>> = LazyLock::new(Mutex::default);

/// Has `name` to itself until the end of `work`, which may ask for other names and not for this one.
pub fn alone<T>(name: &str, work: impl FnOnce() -> T) -> T {
    let own = NAMES.lock().unwrap_or_else(PoisonError::into_inner).entry(name.to_owned()).or_default().clone();
    let _guard = own.lock().unwrap_or_else(PoisonError::into_inner);
    work()
}

/// Runs `work` unless the last run that succeeded saw the same inputs and left `output` behind.
///
/// `inputs` are files and folders below the root; `also` is anything else the result depends on.
pub fn unless_unchanged(
    name: &str,
    inputs: &[&str],
    also: &str,
    output: &str,
    work: impl FnOnce() -> Result,
) -> Result {
    alone(name, || {
        let folder = root().join("target/xtask");
        let _others = wait_for_others(&folder, name)?;
        let stamp = folder.join(format!("{name}.stamp"));
        let now = format!("{:016x}", hash(inputs, also)?);
        if root().join(output).exists() && read(&stamp).is_ok_and(|last| last == now) {
            return Ok(());
        }
        work()?;
        write(&stamp, &now)
    })
}

/// The same between processes: of two steps that are run at once one does the work, and the other finds it done. Until it is dropped.
fn wait_for_others(folder: &Path, name: &str) -> Result<File> {
    let path = folder.join(format!("{name}.lock"));
    let locked = create_dir_all(folder).and_then(|()| File::create(&path)).and_then(|file| file.lock().map(|()| file));
    locked.map_err(|error| format!("{}: {error}", path.display()))
}

// SipHash with fixed keys: the same on every run of the same Rust, and a new Rust should redo the work anyway.
fn hash(inputs: &[&str], also: &str) -> Result<u64> {
    let mut hasher = DefaultHasher::new();
    also.hash(&mut hasher);
    for input in inputs {
        for file in files(&root().join(input)) {
            file.hash(&mut hasher);
            std::fs::read(&file).map_err(|error| format!("{}: {error}", file.display()))?.hash(&mut hasher);
        }
    }
    Ok(hasher.finish())
}

fn files(path: &Path) -> Vec<PathBuf> {
    if path.is_file() {
        return vec![path.to_path_buf()];
    }
    let mut found: Vec<PathBuf> =
        std::fs::read_dir(path).into_iter().flatten().flatten().flat_map(|entry| files(&entry.path())).collect();
    found.sort();
    found
}
