//! Files written whole or not at all.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use super::Stop;

/// That a file may be written, as far as its permissions say: they are those of the owner's will, and putting another
/// file in its place would pass them over.
fn may_write(path: &Path) -> Result<(), Stop> {
    match fs::metadata(path) {
        Ok(metadata) if metadata.permissions().readonly() => {
            Err(Stop::World(format!("`{}` is read-only", path.display())))
        }
        _ => Ok(()),
    }
}

/// Puts a text in place of a file, which is never seen half written; a link stays a link, and permissions stay.
pub(super) fn write(path: &Path, text: &str) -> Result<(), Stop> {
    Prepared::new(path, text)?.commit()
}

/// A text for a file, and what the file says so far.
pub(super) struct Replacement<'r> {
    pub(super) path: PathBuf,
    pub(super) old: Option<&'r str>,
    pub(super) new: &'r str,
}

/// Writes all of them or none: first every text is on disk beside its file, then they take their places.
pub(super) fn write_all(files: &[Replacement<'_>]) -> Result<(), Stop> {
    let mut all = Vec::with_capacity(files.len());
    for file in files {
        match Prepared::new(&file.path, file.new) {
            Ok(prepared) => all.push(prepared),
            Err(stop) => {
                // Backwards, as a later file may lie in a directory that was made for an earlier one.
                while all.pop().is_some() {}
                return Err(stop);
            }
        }
    }
    for (at, prepared) in all.into_iter().enumerate() {
        if let Err(stop) = prepared.commit() {
            put_back(&files[..at]);
            return Err(stop);
        }
    }
    Ok(())
}

/// Makes files what they were. Where even that fails there is nothing left to try.
fn put_back(files: &[Replacement<'_>]) {
    for Replacement { path, old, .. } in files {
        let _ = match old {
            Some(old) => write(path, old),
            None => fs::remove_file(path).map_err(|error| failed(path, &error)),
        };
    }
}

fn failed(path: &Path, error: &io::Error) -> Stop {
    Stop::World(format!("failed to write `{}`: {error}", path.display()))
}

/// A text on disk beside the file that it is to replace. Dropped, it leaves nothing behind.
struct Prepared<'p> {
    path: &'p Path,
    text: &'p str,
    target: PathBuf,
    /// Where the text is; `None` for a pipe or a device, which has nothing to be put in place of.
    beside: Option<PathBuf>,
    /// Directories that were made for it, outer before inner.
    made: Vec<PathBuf>,
}

impl<'p> Prepared<'p> {
    fn new(path: &'p Path, text: &'p str) -> Result<Self, Stop> {
        may_write(path)?;
        let mut prepared = Prepared { path, text, target: path.to_owned(), beside: None, made: Vec::new() };
        match prepared.write_beside() {
            Ok(()) => Ok(prepared),
            Err(error) => Err(failed(path, &error)),
        }
    }

    fn write_beside(&mut self) -> io::Result<()> {
        if fs::metadata(self.path).is_ok_and(|metadata| !metadata.is_file()) {
            return Ok(());
        }
        self.target = linked(self.path)?;
        if let Some(directory) = self.target.parent() {
            let missing =
                directory.ancestors().take_while(|ancestor| !ancestor.as_os_str().is_empty() && !ancestor.exists());
            self.made = missing.map(Path::to_owned).collect();
            self.made.reverse();
            fs::create_dir_all(directory)?;
        }
        let beside = self.beside.insert(beside(&self.target));
        write_new(beside, &self.target, self.text)
    }

    fn commit(mut self) -> Result<(), Stop> {
        let done = match &self.beside {
            Some(beside) => fs::rename(beside, &self.target),
            None => fs::write(self.path, self.text),
        };
        done.map_err(|error| failed(self.path, &error))?;
        (self.beside, self.made) = (None, Vec::new());
        Ok(())
    }
}

impl Drop for Prepared<'_> {
    fn drop(&mut self) {
        // That it cannot be removed either adds nothing; a directory that others have put something into stays.
        if let Some(beside) = &self.beside {
            let _ = fs::remove_file(beside);
        }
        for directory in self.made.iter().rev() {
            let _ = fs::remove_dir(directory);
        }
    }
}

/// How many links are followed one after the other.
const LINKS: usize = 40;

/// The file that a path leads to, which need not be there.
fn linked(path: &Path) -> io::Result<PathBuf> {
    let mut target = path.to_owned();
    for _ in 0..LINKS {
        if !target.is_symlink() {
            return Ok(target);
        }
        let next = fs::read_link(&target)?;
        target = target.parent().map(|directory| directory.join(&next)).unwrap_or(next);
    }
    Err(io::Error::other("it is a link that leads nowhere"))
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

    fn replacement<'r>(path: &Path, old: Option<&'r str>, new: &'r str) -> Replacement<'r> {
        Replacement { path: path.to_owned(), old, new }
    }

    #[test]
    fn of_several_files_all_are_written_or_none() {
        let directory = tempfile::tempdir().unwrap();
        let root = directory.path();
        let (first, new, blocked) = (root.join("a.md"), root.join("b/c/d.md"), root.join("file/page.md"));
        fs::write(&first, "old").unwrap();
        fs::write(root.join("file"), "").unwrap();
        let two = [replacement(&first, Some("old"), "new"), replacement(&new, None, "new")];
        let three = [two[0].path.as_path(), &two[1].path, &blocked].map(|path| replacement(path, None, "new"));
        assert!(write_all(&three).is_err());
        assert_eq!(fs::read_to_string(&first).unwrap(), "old");
        assert_eq!(fs::read_dir(root).unwrap().count(), 2, "no new directory, nothing beside a file");
        write_all(&two).unwrap();
        assert_eq!(
            (fs::read_to_string(&first).unwrap(), fs::read_to_string(&new).unwrap()),
            ("new".into(), "new".into())
        );
    }

    #[test]
    fn where_a_file_cannot_take_its_place_those_before_it_are_put_back() {
        let directory = tempfile::tempdir().unwrap();
        let root = directory.path();
        let (first, second) = (root.join("a.md"), root.join("b.md"));
        let blocked = root.join("c.md");
        fs::write(&first, "old").unwrap();
        fs::create_dir(&blocked).unwrap();
        let files = [
            replacement(&first, Some("old"), "new"),
            replacement(&second, None, "new"),
            replacement(&blocked, None, "new"),
        ];
        assert!(write_all(&files).is_err());
        assert_eq!(fs::read_to_string(&first).unwrap(), "old");
        assert!(!second.exists());
    }
}
