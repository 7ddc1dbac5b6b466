//! Files written whole or not at all.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use super::Stop;

/// That a file may be written, as far as its permissions say: they are those of the owner's will, and putting another
/// file in its place would pass them over.
pub(super) fn may_write(path: &Path) -> Result<(), Stop> {
    match fs::metadata(path) {
        Ok(metadata) if metadata.permissions().readonly() => {
            Err(Stop::World(format!("`{}` is read-only", path.display())))
        }
        _ => Ok(()),
    }
}

/// Puts a text in place of a file, which is never seen half written; a link stays a link, and permissions stay.
pub(super) fn write(path: &Path, text: &str) -> Result<(), Stop> {
    may_write(path)?;
    let failed = |error: io::Error| Stop::World(format!("failed to write `{}`: {error}", path.display()));
    if fs::metadata(path).is_ok_and(|metadata| !metadata.is_file()) {
        // A pipe or a device has nothing to be put in place of.
        return fs::write(path, text).map_err(failed);
    }
    if fs::symlink_metadata(path).is_ok_and(|metadata| metadata.is_symlink()) && !path.exists() {
        // A link to what is still to be written.
        return fs::write(path, text).map_err(failed);
    }
    let target = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    if let Some(directory) = target.parent() {
        fs::create_dir_all(directory).map_err(failed)?;
    }
    let beside = beside(&target);
    let written = write_new(&beside, &target, text).and_then(|()| fs::rename(&beside, &target));
    if written.is_err() {
        // That it cannot be removed either adds nothing.
        let _ = fs::remove_file(&beside);
    }
    written.map_err(failed)
}

fn beside(target: &Path) -> PathBuf {
    let name = target.file_name().unwrap_or_default().to_string_lossy();
    target.with_file_name(format!(".{name}.{}.tmp", std::process::id()))
}

fn write_new(beside: &Path, target: &Path, text: &str) -> io::Result<()> {
    let mut file = fs::OpenOptions::new().write(true).create_new(true).open(beside)?;
    if let Ok(metadata) = fs::metadata(target) {
        file.set_permissions(metadata.permissions())?;
    }
    file.write_all(text.as_bytes())?;
    file.sync_all()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_replaced_and_nothing_is_left_beside_it() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("new/page.md");
        write(&path, "one").unwrap();
        write(&path, "two").unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), "two");
        assert_eq!(fs::read_dir(path.parent().unwrap()).unwrap().count(), 1);
    }

    #[cfg(unix)]
    #[test]
    fn links_and_permissions_stay() {
        use std::os::unix::fs::PermissionsExt;
        let directory = tempfile::tempdir().unwrap();
        let (file, link) = (directory.path().join("a.md"), directory.path().join("b.md"));
        fs::write(&file, "one").unwrap();
        fs::set_permissions(&file, fs::Permissions::from_mode(0o640)).unwrap();
        std::os::unix::fs::symlink(&file, &link).unwrap();
        write(&link, "two").unwrap();
        assert_eq!(fs::read_to_string(&file).unwrap(), "two");
        assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
        assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o640);
        fs::remove_file(&file).unwrap();
        write(&link, "three").unwrap();
        assert_eq!(fs::read_to_string(&file).unwrap(), "three", "a link to nothing stays a link, too");
    }

    #[test]
    fn what_is_read_only_stays() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("a.md");
        fs::write(&path, "one").unwrap();
        let mut permissions = fs::metadata(&path).unwrap().permissions();
        permissions.set_readonly(true);
        fs::set_permissions(&path, permissions).unwrap();
        assert!(matches!(write(&path, "two").unwrap_err(), Stop::World(text) if text.contains("is read-only")));
        assert_eq!(fs::read_to_string(&path).unwrap(), "one");
    }

    #[test]
    fn what_cannot_be_written_is_the_worlds_fault() {
        let directory = tempfile::tempdir().unwrap();
        fs::write(directory.path().join("file"), "").unwrap();
        let error = write(&directory.path().join("file/page.md"), "x").unwrap_err();
        assert!(matches!(error, Stop::World(text) if text.contains("page.md")));
    }
}
