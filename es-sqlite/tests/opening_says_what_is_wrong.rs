#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    missing_docs
)]

mod support;

use std::fs;
use std::path::{Path, PathBuf};

use es_core::registry::{OpenError, StoreUrl};
use es_core::store::EventStore;
use es_faults::Disk;
use es_sqlite::{SqliteConfig, SqliteLog, SqliteReadSide};
use support::{fill, head, open};

fn refusal(path: &Path) -> String {
    SqliteLog::open(SqliteConfig::new(path)).unwrap_err().to_string()
}

fn folder() -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("orders.db");
    (folder, path)
}

async fn stored(path: &Path) {
    let log = open(path);
    fill(&log, "o", 200).await;
    log.close().await;
}

/// One sentence: no line break, and a remedy behind a semicolon.
fn assert_says(text: &str, parts: &[&str]) {
    assert!(!text.contains('\n') && text.contains("; "), "{text}");
    for part in parts {
        assert!(text.contains(part), "`{part}` is not in: {text}");
    }
}

#[test]
fn a_directory() {
    let (folder, _) = folder();
    assert_says(&refusal(folder.path()), &["is a directory", "/orders.db"]);
}

#[test]
fn a_file_that_is_no_database_stays_as_it_is() {
    let (_folder, path) = folder();
    for content in ["hello", &"not a database, but long enough for one page. ".repeat(200)] {
        fs::write(&path, content).unwrap();
        assert_says(&refusal(&path), &["orders.db", "is no SQLite database"]);
        assert_eq!(fs::read_to_string(&path).unwrap(), content);
    }
}

#[tokio::test]
async fn what_lies_beside_a_file_that_is_no_database_stays_as_it_is() {
    let (folder, path) = folder();
    let log = open(&path);
    fill(&log, "o", 20).await;
    let wal = fs::read(path.with_file_name("orders.db-wal")).unwrap();
    log.close().await;
    let text = "not a database, but long enough for some pages. ".repeat(2000).into_bytes();
    let place = |suffix: &str| folder.path().join(format!("100% mine?#{suffix}"));
    let files = [("", &text), ("-wal", &wal), ("-journal", &text)];
    for (suffix, content) in files {
        fs::write(place(suffix), content).unwrap();
    }
    assert_says(&refusal(&place("")), &["is no SQLite database"]);
    for (suffix, content) in files {
        assert!(fs::read(place(suffix)).unwrap() == *content, "{suffix}");
    }
}

#[test]
fn another_programs_database_stays_as_it_is() {
    let (_folder, path) = folder();
    let connection = rusqlite::Connection::open(&path).unwrap();
    connection.execute_batch("CREATE TABLE songs (name TEXT)").unwrap();
    drop(connection);
    let before = fs::read(&path).unwrap();
    assert_says(&refusal(&path), &["a SQLite database of another program, not a log"]);
    assert_eq!(fs::read(&path).unwrap(), before);
}

#[tokio::test]
async fn a_newer_schema_is_refused_and_not_touched() {
    let (_folder, path) = folder();
    stored(&path).await;
    let connection = rusqlite::Connection::open(&path).unwrap();
    connection.pragma_update(None, "user_version", 99).unwrap();
    drop(connection);
    let before = fs::read(&path).unwrap();
    assert_says(&refusal(&path), &["newer version", "schema 99, this one knows 1"]);
    assert_eq!(fs::read(&path).unwrap(), before);
}

/// As a file is that a commit from before the release made.
async fn altered(path: &Path, sql: &str) {
    stored(path).await;
    let connection = rusqlite::Connection::open(path).unwrap();
    connection.execute_batch(sql).unwrap();
    connection.pragma_update(None, "journal_mode", "DELETE").unwrap();
}

#[tokio::test]
async fn a_file_of_another_build_is_refused_and_not_touched() {
    for (sql, difference) in [
        (
            "ALTER TABLE commands DROP COLUMN is_rejection",
            "`commands` has no column `is_rejection`",
        ),
        ("ALTER TABLE events ADD COLUMN colour TEXT", "`events` has a column `colour` that this"),
        ("DROP TABLE tags", "it has no table `tags`"),
        ("ALTER TABLE snapshots DROP COLUMN schema", "`snapshots` has no column `schema`"),
        ("DROP INDEX events_by_id", "it has no index `events_by_id`"),
        (
            "DROP TABLE streams; CREATE TABLE streams (id INTEGER PRIMARY KEY, tenant INTEGER NOT
             NULL, aggregate INTEGER NOT NULL, key TEXT NOT NULL) STRICT",
            "its table `streams` has no UNIQUE (tenant, aggregate, key)",
        ),
        (
            "DROP TABLE names; CREATE TABLE names (id INTEGER PRIMARY KEY, name TEXT NOT NULL
             COLLATE NOCASE UNIQUE) STRICT",
            "its table `names` has no UNIQUE (name)",
        ),
        (
            "DROP TABLE meta; CREATE TABLE meta (key TEXT PRIMARY KEY, value BLOB NOT NULL UNIQUE)
             STRICT, WITHOUT ROWID",
            "its table `meta` has a UNIQUE (value) that this one does not know",
        ),
        (
            "DROP INDEX events_by_id; CREATE INDEX events_by_id ON events (id)",
            "its index `events_by_id` is another",
        ),
        (
            "DROP TABLE tags; CREATE TABLE tags (key INTEGER NOT NULL, value TEXT NOT NULL,
             tenant INTEGER, position INTEGER NOT NULL)",
            "column `key` of its table `tags` is `INTEGER NOT NULL` instead of `INTEGER NOT NULL \
             PRIMARY KEY 1`",
        ),
    ] {
        let (_folder, path) = folder();
        altered(&path, sql).await;
        let before = fs::read(&path).unwrap();
        let remedy = "open it with the build that made it, or begin a new log at another path";
        assert_says(&refusal(&path), &["made by another build", difference, remedy]);
        assert_eq!(fs::read(&path).unwrap(), before);
    }
}

#[tokio::test]
async fn a_table_of_somebody_elses_in_the_log_is_let_be() {
    let (_folder, path) = folder();
    altered(&path, "CREATE TABLE notes (text TEXT); CREATE INDEX by_text ON notes (text)").await;
    assert_eq!(head(&open(&path)).await, 200);
}

#[tokio::test]
async fn what_somebody_else_put_on_a_table_of_the_log_is_named_and_goes_with_one_command() {
    for (made, kind, name) in [
        (
            "CREATE TRIGGER audit AFTER INSERT ON events BEGIN DELETE FROM commands; END",
            "trigger",
            "audit",
        ),
        ("CREATE UNIQUE INDEX one_each ON commands (name, reply)", "index", "one_each"),
        (
            "CREATE UNIQUE INDEX \"ada's \"\"best\"\"\" ON commands (name, reply)",
            "index",
            "ada's \"best\"",
        ),
    ] {
        let (folder, _) = folder();
        let path = folder.path().join("ada's orders.db");
        stored(&path).await;
        run(&path, made);
        let refused = refusal(&path);
        assert_says(&refused, &[&format!("has a foreign {kind} `{name}` on its table `")]);
        obey(&refused);
        assert_eq!(head(&open(&path)).await, 200);
    }
}

#[tokio::test]
async fn a_trigger_on_somebody_elses_table_is_let_be() {
    let (_folder, path) = folder();
    let sql = "CREATE TABLE notes (text TEXT);
               CREATE TRIGGER tidy AFTER INSERT ON notes BEGIN DELETE FROM notes; END";
    altered(&path, sql).await;
    assert_eq!(head(&open(&path)).await, 200);
}

/// What a `.dump` brings back: all tables and rows, and not the marks in the file's header.
#[tokio::test]
async fn a_log_that_lost_its_marks_is_recognised_and_gets_them_back_with_one_command() {
    for lost in ["application_id=0; PRAGMA user_version=0", "user_version=0", "application_id=0"] {
        let (_folder, path) = folder();
        stored(&path).await;
        run(&path, &format!("PRAGMA {lost}"));
        let before = fs::read(&path).unwrap();
        let refused = refusal(&path);
        assert_says(&refused, &["has the tables of a log and not its marks", "`.dump`", "sqlite3"]);
        assert_eq!(fs::read(&path).unwrap(), before);
        obey(&refused);
        assert_eq!(head(&open(&path)).await, 200);
    }
}

#[tokio::test]
async fn a_log_of_another_build_that_lost_its_version_is_told_apart() {
    let (_folder, path) = folder();
    altered(&path, "DROP TABLE tags; PRAGMA user_version=0").await;
    assert_says(&refusal(&path), &["made by another build", "it has no table `tags`"]);
}

#[tokio::test]
async fn a_read_side_that_lost_its_marks_is_thrown_away_like_every_other() {
    let (_folder, path) = folder();
    let read_side = || SqliteReadSide::open(&SqliteConfig::new(&path));
    let read_path = read_side().unwrap().path().to_owned();
    run(&read_path, "PRAGMA application_id=0; PRAGMA user_version=0");
    let refused = read_side().err().unwrap().to_string();
    assert_says(&refused, &["has the tables of a read side and not its marks", "delete it"]);
    fs::remove_file(&read_path).unwrap();
    read_side().unwrap();
}

fn run(path: &Path, sql: &str) {
    rusqlite::Connection::open(path).unwrap().execute_batch(sql).unwrap();
}

/// Runs the command that a refusal says to run, as a shell reads it.
fn obey(refusal: &str) {
    let command = &refusal[refusal.find("sqlite3 ").unwrap()..];
    let script = format!("sqlite3() {{ printf '%s\\0' \"$@\"; }}; {command}");
    let said = std::process::Command::new("sh").args(["-c", &script]).output().unwrap();
    let said = String::from_utf8(said.stdout).unwrap();
    let words: Vec<_> = said.split_terminator('\0').collect();
    let [path, sql] = words[..] else { panic!("{words:?}") };
    run(Path::new(path), sql);
}

#[tokio::test]
async fn a_file_cut_off_anywhere() {
    let (_folder, path) = folder();
    stored(&path).await;
    let whole = fs::read(&path).unwrap();
    for length in [7, 16, 20, 50, 100, 4096, 5000, whole.len() / 2, whole.len() - 4096] {
        fs::write(&path, &whole[..length]).unwrap();
        assert_says(&refusal(&path), &["orders.db", "damaged or cut off", "restore it"]);
    }
}

#[tokio::test]
async fn an_empty_file_with_a_write_ahead_log_is_not_taken_for_a_new_log() {
    let (_folder, path) = folder();
    let log = open(&path);
    fill(&log, "o", 3).await;
    let copy = path.with_file_name("copy.db");
    fs::copy(path.with_file_name("orders.db-wal"), path.with_file_name("copy.db-wal")).unwrap();
    fs::write(&copy, "").unwrap();
    assert_says(&refusal(&copy), &["it is empty, but its write-ahead log is not"]);
    log.close().await;
}

#[tokio::test]
async fn a_read_only_disk() {
    let (_folder, path) = folder();
    stored(&path).await;
    let disk = Disk::register("read-only-open").unwrap();
    disk.read_only(true);
    for path in [path.clone(), path.with_file_name("new.db")] {
        let url = format!("sqlite:{}?vfs=read-only-open", path.display());
        assert_says(&SqliteLog::open_url(&url).unwrap_err().to_string(), &["read-only"]);
    }
    disk.heal();
    let url = format!("sqlite:{}?vfs=read-only-open", path.display());
    assert_eq!(head(&SqliteLog::open_url(&url).unwrap()).await, 200);
}

#[cfg(unix)]
#[tokio::test]
async fn a_file_or_folder_this_user_may_not_use() {
    use std::os::unix::fs::PermissionsExt;
    let (folder, path) = folder();
    stored(&path).await;
    fs::set_permissions(&path, fs::Permissions::from_mode(0o000)).unwrap();
    if fs::File::open(&path).is_ok() {
        eprintln!("skipped: this user may read every file");
        return;
    }
    assert_says(&refusal(&path), &["cannot be read", "give this user the right"]);
    fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o500)).unwrap();
    assert_says(&refusal(&folder.path().join("new/orders.db")), &["cannot be made"]);
    assert_says(&refusal(&folder.path().join("new.db")), &["read-only"]);
    fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o700)).unwrap();
}

#[test]
fn a_folder_that_cannot_be_made() {
    let (_folder, path) = folder();
    fs::write(&path, "a file").unwrap();
    assert_says(&refusal(&path.join("orders.db")), &["the folder", "cannot be made"]);
}

#[test]
fn a_url_that_cannot_be_used() {
    let url = StoreUrl::parse("sqlite:orders.db?synchronous=off").unwrap();
    let refused = SqliteConfig::from_url(&url).unwrap_err();
    assert!(matches!(refused, OpenError::Url { .. }));
    assert_says(&refused.to_string(), &["there is no option `synchronous`"]);
}

#[tokio::test]
async fn a_file_system_that_cannot_carry_a_write_ahead_log() {
    let refused = SqliteLog::open_url("sqlite:orders-in-memory.db?vfs=memdb").unwrap_err();
    assert_says(&refused.to_string(), &["cannot use a write-ahead log", "local disk"]);
}
