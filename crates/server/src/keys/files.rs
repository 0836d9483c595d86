//! The key ring's files: `<purpose>-<kid>.key`, mode 0400, in a folder of mode 0700.

use std::fs;
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use zeroize::Zeroizing;

use super::material::{KeyName, RawKey};
use super::{KeyError, Material, Purpose, make};

/// Makes the folder unless it exists.
pub fn make_folder(folder: &Path) -> Result<(), KeyError> {
    fs::DirBuilder::new().recursive(true).mode(0o700).create(folder).map_err(at(folder))
}

/// The kids and paths of a purpose's keys.
pub fn list(folder: &Path, purpose: Purpose) -> Result<Vec<(String, PathBuf)>, KeyError> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).map_err(at(folder))? {
        let path = entry.map_err(at(folder))?.path();
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        let kid = name
            .strip_prefix(purpose.name())
            .and_then(|rest| rest.strip_prefix('-'))
            .and_then(|rest| rest.strip_suffix(".key"))
            .filter(|kid| make::is_kid(kid));
        if let Some(kid) = kid {
            found.push((kid.to_owned(), path.clone()));
        }
    }
    Ok(found)
}

/// What every key of a folder is called.
pub fn names(folder: &Path) -> Result<Vec<KeyName>, KeyError> {
    let mut names = Vec::new();
    for purpose in Purpose::ALL {
        let of_purpose = list(folder, purpose)?.into_iter();
        names.extend(of_purpose.map(|(kid, place)| KeyName { purpose, kid, place }));
    }
    Ok(names)
}

/// Every key of a folder.
pub fn load(folder: &Path) -> Result<Material, KeyError> {
    let mut material = Material::new(folder);
    for KeyName { purpose, kid, place } in names(folder)? {
        let bytes = read(&place)?;
        material.insert(RawKey { purpose, kid, bytes, place });
    }
    Ok(material)
}

/// Reads a key, unless others than its owner can too.
fn read(path: &Path) -> Result<Zeroizing<Vec<u8>>, KeyError> {
    let mode = fs::metadata(path).map_err(at(path))?.permissions().mode();
    if mode & 0o077 != 0 {
        return Err(KeyError::Exposed(path.to_owned()));
    }
    fs::read(path).map(Zeroizing::new).map_err(at(path))
}

/// Writes a new key: whole and on the disk before it has its name, so that a crash leaves no half of one.
pub fn write(folder: &Path, purpose: Purpose, kid: &str, key: &[u8]) -> Result<(), KeyError> {
    let path = path(folder, purpose, kid);
    let draft = path.with_extension("draft");
    let mut file = fs::OpenOptions::new().write(true).create_new(true).mode(0o400).open(&draft).map_err(at(&draft))?;
    file.write_all(key).and_then(|()| file.sync_all()).map_err(at(&draft))?;
    fs::rename(&draft, &path).map_err(at(&path))?;
    sync(folder)
}

/// Removes a key.
pub fn remove(folder: &Path, purpose: Purpose, kid: &str) -> Result<(), KeyError> {
    let path = path(folder, purpose, kid);
    fs::remove_file(&path).map_err(at(&path))?;
    sync(folder)
}

/// A name is in the folder, so that has to reach the disk as well.
fn sync(folder: &Path) -> Result<(), KeyError> {
    fs::File::open(folder).and_then(|folder| folder.sync_all()).map_err(at(folder))
}

fn path(folder: &Path, purpose: Purpose, kid: &str) -> PathBuf {
    folder.join(format!("{}-{kid}.key", purpose.name()))
}

fn at(path: &Path) -> impl FnOnce(io::Error) -> KeyError {
    let path = path.to_owned();
    move |error| KeyError::Io(path, error)
}
