//! The files in the data folder: who may read them, what happens to those that cannot be used, copies.

use std::{
    collections::BTreeMap,
    fs,
    os::unix::fs::{PermissionsExt as _, symlink},
    path::Path,
    sync::atomic::{AtomicBool, Ordering},
    thread,
};

use serde_json::json;

use crate::support::{PASSWORD, process::Program};

/// Every file below the folder, with its content.
fn contents(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let entries = fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path());
    entries.map(|path| (path.display().to_string(), fs::read(&path).expect("a file"))).collect()
}

/// A data folder that was used and closed well.
fn used_folder() -> (tempfile::TempDir, std::path::PathBuf) {
    let folder = tempfile::tempdir().expect("a folder");
    let mut process = Program::new(folder.path()).start();
    process.http().user("ann").create_task("kept");
    process.stop();
    let data = folder.path().join(".avanochi");
    (folder, data)
}

#[track_caller]
fn assert_refused_and_untouched(folder: &Path, said: &[&str]) {
    let data = folder.join(".avanochi");
    let before = contents(&data);
    Program::new(folder).run().assert_failed(1, said);
    Program::new(folder).args(&["backup", "copy.db"]).run().assert_failed(1, said);
    assert!(!folder.join("copy.db").exists() && !folder.join("copy.db.part").exists());
    let after = contents(&data);
    for (path, bytes) in &before {
        assert!(after.get(path) == Some(bytes), "{path} was changed");
    }
    // A look at the file may leave an empty log beside it, and the index of the log.
    let harmless = |path: &str, bytes: &[u8]| path.ends_with("-shm") || (path.ends_with("-wal") && bytes.is_empty());
    let more: Vec<&String> = after
        .iter()
        .filter(|(path, bytes)| !before.contains_key(*path) && !harmless(path, bytes))
        .map(|(path, _)| path)
        .collect();
    assert!(more.is_empty(), "{more:?}");
}

#[test]
fn what_is_made_is_readable_by_its_owner_alone() {
    let folder = tempfile::tempdir().expect("a folder");
    let process = Program::after("umask 000", folder.path()).start();
    process.http().user("ann").create_task("private");
    let backup = Program::after("umask 000", folder.path()).args(&["backup", "copy.db"]).run();
    assert_eq!(backup.code, Some(0), "{backup:?}");
    let mode = |path: &Path| fs::metadata(path).expect("metadata").permissions().mode() & 0o777;
    let data = folder.path().join(".avanochi");
    assert_eq!(mode(&data), 0o700);
    let files = contents(&data);
    assert!(files.len() >= 3, "{:?}", files.keys());
    for path in files.keys().map(Path::new).chain([folder.path().join("copy.db").as_path()]) {
        assert_eq!(mode(path), 0o600, "{}", path.display());
    }
}

#[test]
fn after_a_stop_all_of_the_data_is_in_the_one_file() {
    let (_folder, data) = used_folder();
    let names: Vec<String> = contents(&data).keys().map(|path| path.rsplit('/').next().unwrap_or_default().to_owned()).collect();
    assert_eq!(names, ["avanochi.db", "avanochi.lock", "credentials_key", "jwt_secret"]);
    let elsewhere = tempfile::tempdir().expect("a folder");
    fs::create_dir(elsewhere.path().join(".avanochi")).expect("a folder");
    fs::copy(data.join("avanochi.db"), elsewhere.path().join(".avanochi/avanochi.db")).expect("copied");
    let process = Program::new(elsewhere.path()).start();
    assert_eq!(process.http().log_in("ann").assert_counters_equal_what_exists().len(), 1);
}

#[test]
fn a_damaged_database_is_named_and_left_as_it_is() {
    type Damage = fn(&mut Vec<u8>);
    let kinds: [(&str, Damage); 4] = [
        ("no database at all", |bytes| *bytes = b"These are the notes of somebody, not a database.\n".repeat(200)),
        ("its first page lost", |bytes| bytes[..4096].fill(0)),
        ("its list of tables lost", |bytes| bytes[100..4096].fill(0xA5)),
        ("cut off in the middle", |bytes| bytes.truncate(bytes.len() / 2)),
    ];
    for (kind, damage) in kinds {
        let (folder, data) = used_folder();
        let file = data.join("avanochi.db");
        let mut bytes = fs::read(&file).expect("a database");
        damage(&mut bytes);
        fs::write(&file, bytes).expect("written");
        println!("{kind}");
        assert_refused_and_untouched(folder.path(), &["avanochi.db cannot be used: it is "]);
    }
}

#[test]
fn a_database_of_somebody_else_is_left_as_it_is() {
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path().join(".avanochi");
    fs::create_dir(&data).expect("a folder");
    let theirs = rusqlite::Connection::open(data.join("avanochi.db")).expect("a database");
    theirs.execute_batch("CREATE TABLE theirs (x); INSERT INTO theirs VALUES (1)").expect("a table");
    drop(theirs);
    fs::write(data.join("avanochi.lock"), "").expect("written");
    assert_refused_and_untouched(folder.path(), &["avanochi.db cannot be used: it is not an Avanochi database"]);
}

#[test]
fn a_newer_database_is_left_as_it_is_even_after_a_crash() {
    let (folder, data) = used_folder();
    let newer = rusqlite::Connection::open(data.join("avanochi.db")).expect("a database");
    newer.execute_batch("PRAGMA user_version = 1000; CREATE TABLE later (x); INSERT INTO later VALUES (1)").expect("newer");
    // Copied while it is open: what a crash leaves, with everything new in the log beside the database.
    let crashed = tempfile::tempdir().expect("a folder");
    let copy = crashed.path().join(".avanochi");
    fs::create_dir(&copy).expect("a folder");
    for name in ["avanochi.db", "avanochi.db-wal", "avanochi.lock", "credentials_key", "jwt_secret"] {
        fs::copy(data.join(name), copy.join(name)).expect("copied");
    }
    drop(newer);
    for folder in [folder.path(), crashed.path()] {
        assert_refused_and_untouched(folder, &["avanochi.db cannot be used", "newer version", "1000", "update Avanochi"]);
    }
}

#[test]
fn a_damaged_secret_is_named_and_left_as_it_is() {
    let (folder, data) = used_folder();
    fs::write(data.join("jwt_secret"), "cut").expect("written");
    Program::new(folder.path()).run().assert_failed(1, &["jwt_secret"]);
    assert_eq!(fs::read(data.join("jwt_secret")).expect("a file"), b"cut");
}

#[test]
fn a_copy_made_during_writes_is_whole_and_can_be_served() {
    let folder = tempfile::tempdir().expect("a folder");
    let process = Program::new(folder.path()).start();
    let ann = process.http().user("ann");
    let before = ann.create_task("before the copy").text("id");
    let copied = AtomicBool::new(false);
    thread::scope(|scope| {
        let writing = scope.spawn(|| {
            while !copied.load(Ordering::Relaxed) {
                let id = ann.create_task("during the copy").text("id");
                assert_eq!(ann.patch(&format!("/api/tasks/{id}"), &json!({})).status, 200);
            }
        });
        let backup = Program::new(folder.path()).args(&["backup", "copy.db"]).run();
        copied.store(true, Ordering::Relaxed);
        writing.join().expect("no panic");
        assert_eq!((backup.code, backup.stderr.as_str()), (Some(0), ""), "{backup:?}");
    });
    let refused = Program::new(folder.path()).args(&["backup", "copy.db"]).run();
    refused.assert_failed(1, &["copy.db", "exists already"]);
    let copy = folder.path().join("copy.db").display().to_string();
    let in_use = Program::new(folder.path()).args(&["restore", &copy]).run();
    in_use.assert_failed(1, &["./.avanochi", "in use by another avanochi"]);

    let elsewhere = tempfile::tempdir().expect("a folder");
    let restore = |copy: &str| Program::new(elsewhere.path()).args(&["restore", copy]).run();
    restore("nothing.db").assert_failed(1, &["nothing.db cannot be used"]);
    let restored = restore(&copy);
    assert_eq!((restored.code, restored.stderr.as_str()), (Some(0), ""), "{restored:?}");
    restore(&copy).assert_failed(1, &["./.avanochi", "already has a database"]);

    let served = Program::new(elsewhere.path()).start();
    // The copy has the accounts and not the secret: tokens are for the place that gave them.
    ann.moved_to(served.address).get("/api/auth/me").assert_error(401, "unauthorized");
    let ann_there = served.http().log_in("ann");
    let tasks = ann_there.assert_counters_equal_what_exists();
    assert!(tasks.iter().any(|task| task["id"] == before.as_str()), "{tasks:?}");
    assert_eq!(ann_there.create_task("after the copy").status, 201);
    assert!(!fs::read_to_string(&copy).is_ok_and(|text| text.contains(PASSWORD)));
}

fn set_mode(path: &Path, mode: u32) {
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).expect("a mode");
}

#[test]
fn a_folder_or_a_secret_that_others_can_write_is_refused() {
    let (folder, data) = used_folder();
    for mode in [0o777, 0o770, 0o722, 0o702, 0o1777] {
        set_mode(&data, mode);
        let said = ["./.avanochi", "written by others", "chmod go-w", "--data"];
        for args in [&["serve"][..], &["verify"], &["jobs", "dead-letters"]] {
            Program::new(folder.path()).args(args).run().assert_failed(1, &said);
        }
    }
    set_mode(&data, 0o755);
    for mode in [0o666, 0o644] {
        set_mode(&data.join("jwt_secret"), mode);
        Program::new(folder.path()).run().assert_failed(1, &["jwt_secret", "chmod 600"]);
    }
    set_mode(&data.join("jwt_secret"), 0o600);
    // A database that was put there by hand is made private, and so is the log that is made beside it.
    set_mode(&data.join("avanochi.db"), 0o666);
    let process = Program::new(folder.path()).start();
    process.http().user("bob").create_task("private");
    for name in contents(&data).keys() {
        assert_eq!(fs::metadata(name).expect("metadata").permissions().mode() & 0o777, 0o600, "{name}");
    }
    drop(process);
    // A link of one's own leads to the folder.
    symlink(&data, folder.path().join("linked")).expect("a link");
    let process = Program::new(folder.path()).args(&["--data", "linked"]).start();
    assert_eq!(process.http().log_in("ann").assert_counters_equal_what_exists().len(), 1);
}

#[test]
fn a_backup_follows_no_link_and_replaces_nothing() {
    let (folder, data) = used_folder();
    let victim = folder.path().join("victim");
    fs::write(&victim, "precious").expect("written");
    let planted = folder.path().join("planted");
    fs::create_dir(&planted).expect("a folder");
    set_mode(&planted, 0o777);
    // The names that were used once, and the copy's own; a link to nothing is a link, too.
    symlink(&victim, planted.join("copy.db.part")).expect("a link");
    symlink(folder.path().join("nothing"), planted.join("dangling.db")).expect("a link");
    symlink(&victim, planted.join("linked.db")).expect("a link");
    fs::write(planted.join("there.db"), "theirs").expect("written");
    let backup = |name: &str| Program::after("umask 000", folder.path()).args(&["backup", &format!("planted/{name}")]).run();
    let made = backup("copy.db");
    assert_eq!((made.code, made.stderr.as_str()), (Some(0), ""), "{made:?}");
    assert_eq!(fs::metadata(planted.join("copy.db")).expect("metadata").permissions().mode() & 0o777, 0o600);
    assert!(fs::symlink_metadata(planted.join("copy.db")).expect("metadata").is_file());
    for name in ["copy.db", "dangling.db", "linked.db", "there.db"] {
        backup(name).assert_failed(1, &[name, "exists already"]);
    }
    backup("no/folder.db").assert_failed(1, &["no/folder.db", "cannot be written"]);
    assert_eq!(fs::read(&victim).expect("a file"), b"precious");
    assert!(!folder.path().join("nothing").exists());
    // Nothing of the attempts is left.
    assert_eq!(names(&planted), ["copy.db", "copy.db.part", "dangling.db", "linked.db", "there.db"]);
    assert_eq!(
        names(&data),
        ["avanochi.db", "avanochi.db-shm", "avanochi.db-wal", "avanochi.lock", "credentials_key", "jwt_secret"]
    );
}

/// The names of what is in the folder, in order.
fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").file_name());
    let mut names: Vec<String> = entries.map(|name| name.to_string_lossy().into_owned()).collect();
    names.sort_unstable();
    names
}

/// SQLite would take such names for addresses, and open something else.
#[test]
fn a_path_is_a_path() {
    let folder = tempfile::tempdir().expect("a folder");
    let elsewhere = folder.path().join("elsewhere");
    let named = format!("file:{}", elsewhere.display());
    for data in [named.as_str(), "file:data?mode=memory", ":memory:", "a?b#c%20d"] {
        let program = || Program::new(folder.path());
        let mut process = program().args(&["--data", data]).start();
        process.http().user("ann").create_task("kept");
        process.stop();
        assert!(folder.path().join(data).join("avanochi.db").is_file(), "{data}");
        let copy = format!("{}.db", data.replace('/', "_"));
        let copied = program().args(&["--data", data, "backup", &copy]).run();
        assert_eq!((copied.code, folder.path().join(&copy).is_file()), (Some(0), true), "{copied:?}");
        let to = format!("{data}.restored");
        let restored = program().args(&["--data", &to, "restore", &copy]).run();
        assert_eq!(restored.code, Some(0), "{restored:?}");
        let process = program().args(&["--data", &to]).start();
        assert_eq!(process.http().log_in("ann").assert_counters_equal_what_exists().len(), 1);
    }
    assert!(!elsewhere.exists() && !Path::new("/avanochi.db").exists());
}
