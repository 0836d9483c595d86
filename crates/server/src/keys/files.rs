//! The key ring's files: `<purpose>-<kid>.key`, mode 0400, in a folder of mode 0700.

use std::fs;
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use zeroize::Zeroizing;

use super::{KID_LEN, KeyError};

/// Makes the folder unless it exists.
pub fn make_folder(folder: &Path) -> Result<(), KeyError> {
    fs::DirBuilder::new().recursive(true).mode(0o700).create(folder).map_err(at(folder))
}

/// The kids and paths of a purpose's keys.
pub fn list(folder: &Path, purpose: &str) -> Result<Vec<(String, PathBuf)>, KeyError> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).map_err(at(folder))? {
        let path = entry.map_err(at(folder))?.path();
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        let kid = name
            .strip_prefix(purpose)
            .and_then(|rest| rest.strip_prefix('-'))
            .and_then(|rest| rest.strip_suffix(".key"))
            .filter(|kid| kid.len() == KID_LEN && kid.bytes().all(|byte| byte.is_ascii_hexdigit()));
        if let Some(kid) = kid {
            found.push((kid.to_owned(), path.clone()));
        }
    }
    Ok(found)
}

/// Reads a key, unless others than its owner can too.
pub fn read(path: &Path) -> Result<Zeroizing<Vec<u8>>, KeyError> {
    let mode = fs::metadata(path).map_err(at(path))?.permissions().mode();
    if mode & 0o077 != 0 {
        return Err(KeyError::Exposed(path.to_owned()));
    }
    fs::read(path).map(Zeroizing::new).map_err(at(path))
}

/// Writes a new key: whole and on the disk before it has its name, so that a crash leaves no half of one.
pub fn write(folder: &Path, purpose: &str, kid: &str, key: &[u8]) -> Result<(), KeyError> {
    let path = folder.join(format!("{purpose}-{kid}.key"));
    let draft = folder.join(format!("{purpose}-{kid}.draft"));
    let mut file = fs::OpenOptions::new().write(true).create_new(true).mode(0o400).open(&draft).map_err(at(&draft))?;
    file.write_all(key).and_then(|()| file.sync_all()).map_err(at(&draft))?;
    fs::rename(&draft, &path).map_err(at(&path))?;
    // The name is in the folder, so that has to reach the disk as well.
    fs::File::open(folder).and_then(|folder| folder.sync_all()).map_err(at(folder))
}

fn at(path: &Path) -> impl FnOnce(io::Error) -> KeyError {
    let path = path.to_owned();
    move |error| KeyError::Io(path, error)
}
